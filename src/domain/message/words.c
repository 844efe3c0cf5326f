#include "domain/message/words.h"

#include <assert.h>
#include <string.h>

bool words_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool words_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool words_is_letter(char c)
{
    return words_is_upper(c) || (c >= 'a' && c <= 'z');
}

char words_at(struct str text, size_t index)
{
    return index < text.length ? text.data[index] : ' ';
}

static unsigned char fold(char c)
{
    return (unsigned char)(words_is_upper(c) ? c - 'A' + 'a' : c);
}

bool words_here(struct str text, size_t index, const char *word)
{
    if (index >= text.length || fold(text.data[index]) != fold(word[0]))
        return false;
    struct str wanted = str_from(word);
    if (index > text.length || wanted.length == 0 || wanted.length > text.length - index ||
        !str_equal_nocase(str_part(text, index, wanted.length), wanted))
        return false;
    char before = index == 0 ? ' ' : words_at(text, index - 1), after = words_at(text, index + wanted.length);
    return !(words_is_letter(word[0]) && words_is_letter(before)) &&
           !(words_is_letter(word[wanted.length - 1]) && words_is_letter(after));
}

/* Bytes of what may stand between a word and its number, ending at index; 0: none. */
static size_t filler_before(struct str text, size_t index)
{
    static const char *const wide[] = {"：", "「", "『", "（", "【", "［", "“", "«", NULL};
    char c = text.data[index - 1];
    if (c != '\0' && strchr(" \t\r\n:#\"'([-", c) != NULL)
        return 1;
    for (size_t i = 0; (unsigned char)c >= 0x80 && wide[i] != NULL; i++)
        if (str_ends(str_part(text, 0, index), str_from(wide[i])))
            return strlen(wide[i]);
    return 0;
}

void words_index(struct words_index *index, const char *const *words, enum words_end by)
{
    memset(index->head, 0, sizeof index->head);
    index->words = words;
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    assert(count <= WORDS_INDEXED);
    for (size_t i = count; i > 0; i--) { /* backwards, so that they are met in their order */
        const char *word = words[i - 1];
        unsigned char byte = fold(by == WORDS_BY_FIRST ? word[*word == '-'] : word[strlen(word) - 1]);
        index->next[i] = index->head[byte];
        index->head[byte] = (uint8_t)i;
    }
}

const char *words_next(const struct words_index *index, char byte, uint8_t *cursor)
{
    *cursor = *cursor == 0 ? index->head[fold(byte)] : index->next[*cursor];
    return *cursor != 0 ? index->words[*cursor - 1] : NULL;
}

const char *words_before(struct str text, size_t index, const struct words_index *words)
{
    enum { FILLERS = 8 };
    uint8_t cursor = 0;
    for (int i = 0; i < FILLERS && index > 0; i++)
        index -= filler_before(text, index);
    for (const char *word; index > 0 && (word = words_next(words, text.data[index - 1], &cursor)) != NULL;) {
        size_t length = strlen(word);
        if (length <= index && words_here(str_part(text, 0, index), index - length, word))
            return word;
    }
    return NULL;
}

const char *words_after(struct str text, size_t index, const struct words_index *words)
{
    uint8_t cursor = 0;
    while (index < text.length && text.data[index] == ' ')
        index++;
    for (const char *word;
         index < text.length && (word = words_next(words, text.data[index], &cursor)) != NULL;)
        if (words_here(text, index, word))
            return word;
    return NULL;
}

bool words_end_sentence(struct str text, size_t index)
{
    char c = text.data[index];
    return c == '\n' || c == '!' || c == '?' || c == ';' || c == ':' ||
           (c == '.' && words_at(text, index + 1) == ' ');
}

/* Longer ones first where one begins another. A '-' in front: it may end a compound word
 * ("Bestätigungscode"). */
static const char *const code_words[] = {
    "verification code", "-passcode", "-passcodes", "-codes", "-code", "otp", "one-time pin", "pins", "pin",
    "-password", "-passwort", "token", "account key", "verification", "verify", "-pins",
    /* Chinese, Japanese, Korean */
    "验证码", "驗證碼", "校验码", "校驗碼", "动态密码", "动态码", "動態密碼", "动态口令", "确认码", "確認碼",
    "安全码", "安全碼", "登录码", "登入碼", "随机码", "随机密码", "一次性密码", "一次性密碼", "临时密码",
    "短信密码", "短信口令", "认证码", "授权码", "口令", "認証コード", "認証番号", "確認コード", "確認番号",
    "ワンタイムパスワード", "パスコード", "暗証番号", "인증번호", "인증 번호", "인증코드", "확인코드",
    "비밀번호",
    /* Romance */
    "códigos", "código", "codigo", "clave", "contraseña", "senha", "codice", "mot de passe", "codul", "cod",
    /* Germanic, Finnish */
    "mtan", "smstan", "pushtan", "tan", "-kode", "-koden", "-kod", "-kodi", "-koodi", "-koodisi", "-koodin",
    "lösenord", "-wachtwoord",
    /* Slavic */
    "-код", "Код", "кода", "пароль", "Пароль", "hasło", "hasłem", "kód", "kód:", "heslo",
    /* Turkish, Hungarian, Greek */
    "-kodu", "-kodunuz", "şifre", "şifreniz", "kódja", "-kód", "κωδικός", "Κωδικός", "κωδικό", "κωδικος",
    /* Arabic, Hebrew, Persian, Hindi, Thai, Vietnamese, Indonesian */
    "رمز", "كود", "الرمز", "کد", "קוד", "הקוד", "सत्यापन कोड", "कोड", "ओटीपी", "รหัส", "mã xác", "Mã xác",
    "mã otp", "Mã otp", "mã", "Mã", "ma xac", "ma otp", "kata sandi", NULL};

/* A code of these kinds is none that opens an account. */
static const char *const other_before[] = {
    "zip",      "promo",    "promotion",     "promotional", "area",        "postal",    "post",
    "discount", "coupon",   "error",         "dress",       "country",     "voucher",   "gift",
    "qr",       "source",   "sort",          "swift",       "offer",       "referral",  "bar",
    "status",   "color",    "building",      "morse",       "invite",      "savings",   "tracking",
    "product",  "pickup",   "pick-up",       "pick up",     "collection",  "collect",   "locker",
    "gate",     "door",     "gutschein",     "rabatt",      "aktions",     "rebate",    "shipping",
    "parcel",   "delivery", "booking",       "airline",     "reward",      "reference", "lunch",
    "barcode",  "exit",     "gutscheincode", "rabattcode",  "aktionscode", "digicode",  "drop-off",
    "return",   "ship",     "clothing",      "wifi",        "wi-fi",       "alarm",     "entry",
    NULL};
static const char *const other_after[] = {
    "postal",      "promo",      "promocional", "promocional", "promotionnel", "promozionale", "de barras",
    "de barra",    "barre",      "à barres",    "sconto",      "fiscale",      "de réduction", "de descuento",
    "de desconto", "de retrait", "odbioru",     "for locker",  "of conduct",   "numbers",      "red",
    "word",        "review",     "rabatowy",    "de cupón",    "desconto",     "cadeau",       "подарка",
    "диску",       "купона",     "скидки",      NULL};

static struct words_index by_code_word, by_other_before, by_other_after;

__attribute__((constructor)) static void index_words(void)
{
    words_index(&by_code_word, code_words, WORDS_BY_FIRST);
    words_index(&by_other_before, other_before, WORDS_BY_LAST);
    words_index(&by_other_after, other_after, WORDS_BY_FIRST);
}

/* The length of the word for a code that stands at index; 0: none. */
static size_t code_word_here(struct str text, size_t index)
{
    uint8_t cursor = 0;
    for (const char *word; (word = words_next(&by_code_word, text.data[index], &cursor)) != NULL;) {
        bool tail = *word == '-';
        /* as the end of a compound the letters before it do not count */
        struct str seen = tail ? str_part(text, index, text.length) : text;
        if (words_here(seen, tail ? 0 : index, word + tail))
            return strlen(word + tail);
    }
    return 0;
}

/* "Gutscheincode": the compound's first letters name what it opens. */
static bool is_other_compound(struct str text, size_t index)
{
    static const char *const heads[] = {
        "gutschein", "rabatt", "aktions",  "zip", "promo", "bar", "qr", "post",         "länder", "country",
        "digi",      "rabatt", "kortings", "dis", "en",    "de",  "un", "presentkorts", "gåvo",   NULL};
    size_t from = index;
    while (from > 0 && (words_is_letter(text.data[from - 1]) || (unsigned char)text.data[from - 1] >= 0x80))
        from--;
    if (from == index)
        return false;
    for (size_t i = 0; heads[i] != NULL; i++)
        if (str_equal_nocase(str_part(text, from, strlen(heads[i])), str_from(heads[i])) &&
            (strlen(heads[i]) > 3 || index - from == strlen(heads[i])))
            return true;
    return false;
}

void words_find_code_words(struct str text, struct code_words *ret_words)
{
    ret_words->count = 0;
    for (size_t i = 0; i < text.length && i < WORDS_BYTES && ret_words->count < WORDS_CODE_WORDS;) {
        size_t length = code_word_here(text, i);
        if (length == 0) {
            i++;
            continue;
        }
        if (words_before(text, i, &by_other_before) == NULL &&
            words_after(text, i + length, &by_other_after) == NULL && !is_other_compound(text, i)) {
            ret_words->at[ret_words->count].from = i;
            ret_words->at[ret_words->count++].end = i + length;
        }
        i += length;
    }
}
