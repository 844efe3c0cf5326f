#include "domain/message/words.h"

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

bool words_here(struct str text, size_t index, const char *word)
{
    struct str wanted = str_from(word);
    if (index > text.length || wanted.length == 0 || wanted.length > text.length - index ||
        !str_equal_nocase(str_part(text, index, wanted.length), wanted))
        return false;
    char before = index == 0 ? ' ' : words_at(text, index - 1), after = words_at(text, index + wanted.length);
    return !(words_is_letter(word[0]) && words_is_letter(before)) &&
           !(words_is_letter(word[wanted.length - 1]) && words_is_letter(after));
}

static bool is_filler(char c)
{
    return c != '\0' && strchr(" \t\r\n:#\"'([-", c) != NULL;
}

bool words_before(struct str text, size_t index, const char *const *words)
{
    while (index > 0 && is_filler(text.data[index - 1]))
        index--;
    for (; *words != NULL; words++) {
        size_t length = strlen(*words);
        if (length <= index && words_here(str_part(text, 0, index), index - length, *words))
            return true;
    }
    return false;
}

bool words_after(struct str text, size_t index, const char *const *words)
{
    while (words_at(text, index) == ' ' && index < text.length)
        index++;
    for (; *words != NULL; words++)
        if (words_here(text, index, *words))
            return true;
    return false;
}

/* Longer ones first where one begins another. */
static const char *const code_words[] = {"verification code",
                                         "passcode",
                                         "passcodes",
                                         "code",
                                         "codes",
                                         "otp",
                                         "pin",
                                         "password",
                                         "token",
                                         "account key",
                                         "verification",
                                         "verify",
                                         "验证码",
                                         "驗證碼",
                                         "校验码",
                                         "校驗碼",
                                         "动态密码",
                                         "动态码",
                                         "動態密碼",
                                         "确认码",
                                         "確認碼",
                                         "安全码",
                                         "登录码",
                                         "随机码",
                                         "口令",
                                         "認証コード",
                                         "認証番号",
                                         "確認コード",
                                         "인증번호",
                                         "인증 번호",
                                         "인증코드",
                                         "código",
                                         "codigo",
                                         "clave",
                                         "codice",
                                         "bestätigungscode",
                                         "sicherheitscode",
                                         "tan",
                                         "код",
                                         "Код",
                                         "пароль",
                                         "Пароль",
                                         "kod",
                                         "kodu",
                                         "kodunuz",
                                         "mã xác",
                                         "mã otp",
                                         "Mã xác",
                                         "Mã otp",
                                         "kode",
                                         "رمز",
                                         "קוד",
                                         "รหัส",
                                         "कोड",
                                         NULL};

/* A code of these kinds is none that opens anything. */
static const char *const other_codes[] = {
    "zip",    "promo",  "promotion", "promotional", "area",    "postal", "post",  "discount",
    "coupon", "error",  "dress",     "country",     "voucher", "gift",   "qr",    "source",
    "sort",   "swift",  "offer",     "referral",    "bar",     "status", "color", "building",
    "morse",  "invite", "savings",   "tracking",    "product", NULL};

static size_t code_word_here(struct str text, size_t index)
{
    for (const char *const *word = code_words; *word != NULL; word++)
        if (words_here(text, index, *word))
            return strlen(*word);
    return 0;
}

size_t words_find_code_word(struct str text, size_t from, size_t *ret_length)
{
    for (size_t i = from; i < text.length; i++) {
        size_t length = code_word_here(text, i);
        if (length != 0 && !words_before(text, i, other_codes)) {
            *ret_length = length;
            return i;
        }
    }
    return SIZE_MAX;
}
