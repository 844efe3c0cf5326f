#include "domain/message/lookalike.h"

#include "domain/message/words.h"

#include <string.h>

enum { LINK_BYTES = 256 }; /* how far back a link may have begun */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Three digits or more: another group of a longer number. */
static bool digits_follow(struct str text, size_t index)
{
    return words_is_digit(words_at(text, index)) && words_is_digit(words_at(text, index + 1)) &&
           words_is_digit(words_at(text, index + 2));
}

/* "G-123456" and "FB-12345" are codes, "order AB1-2345" is none. */
static const char *why_after_hyphen(struct str text, size_t from)
{
    char third = from > 3 ? text.data[from - 4] : ' ', second = from > 2 ? text.data[from - 3] : ' ';
    bool one = !words_is_letter(second) && !words_is_digit(second);
    bool two = words_is_upper(second) && !words_is_letter(third) && !words_is_digit(third);
    return words_is_upper(text.data[from - 2]) && (one || two) ? NULL : "part_of_word";
}

/* What the number is part of: an amount, a date, a time, a phone or order number, a word. */
static const char *why_glued_before(struct str text, size_t from)
{
    char near = from > 0 ? words_at(text, from - 1) : ' ', far = from > 1 ? words_at(text, from - 2) : ' ';
    if (near == '-' && words_is_letter(far))
        return why_after_hyphen(text, from);
    if (near == '$')
        return "amount";
    if (near == '+')
        return "phone";
    if (near == '_' || near == '@' || near == '=' || near == '%' || near == '*')
        return "part_of_word";
    if (near == '-' || near == '/' || near == '.' || near == ',' || near == ':')
        return words_is_digit(far) || near == '/' || (near == '.' && words_is_letter(far)) ? "part_of_number"
                                                                                           : NULL;
    if (near == ' ' && words_is_digit(far)) {
        bool group =
            from > 3 && words_is_digit(words_at(text, from - 3)) && words_is_digit(words_at(text, from - 4));
        return group ? "part_of_number" : NULL;
    }
    return words_is_letter(near) || words_is_digit(near) ? "part_of_word" : NULL;
}

static const char *why_glued_after(struct str text, size_t end)
{
    char near = words_at(text, end), far = words_at(text, end + 1);
    if (near == '.' || near == ',' || near == ':' || near == '-' || near == '/')
        return words_is_digit(far) || near == '/' || (near == '-' && words_is_letter(far)) ? "part_of_number"
                                                                                           : NULL;
    if (near == ' ' && digits_follow(text, end + 1))
        return "part_of_number";
    if (near == '$' || near == '%')
        return "amount";
    return near == '_' || near == '=' || near == '+' || near == '#' || words_is_letter(near) ||
                   words_is_digit(near)
               ? "part_of_word"
               : NULL;
}

/* What stands before a number that is no code. */
static const char *const money_before[] = {"$",    "€",    "£",    "¥",      "￥",     "₹",    "usd",  "eur",
                                           "rmb",  "save", "win",  "金额",   "人民币", "余额", "支出", "收入",
                                           "转账", "付款", "满",   "inr",    "rs.",    "rs",   "gbp",  "r$",
                                           "php",  "cny",  "mxn",  "brl",    "pln",    "try",  "rub",  "kr",
                                           "消费", "还款", "充值", "应缴费", "返",     "减",   "of $", NULL};
static const char *const phone_before[] = {"call", "tel",    "tel.",     "phone",      "fax",  "dial", "text",
                                           "txt",  "phone:", "llame al", "stop au",    "致电", "拨打", "热线",
                                           "电话", "咨询",   "тел.",     "call us at", "al",   NULL};
static const char *const other_before[] = {"order",
                                           "order no",
                                           "order no.",
                                           "order number",
                                           "ticket",
                                           "ticket number",
                                           "tracking",
                                           "tracking number",
                                           "ending",
                                           "ending in",
                                           "ends in",
                                           "card",
                                           "account",
                                           "account ending in",
                                           "ref",
                                           "reference",
                                           "ref.",
                                           "invoice",
                                           "flight",
                                           "gate",
                                           "zip code",
                                           "promo code",
                                           "area code",
                                           "postal code",
                                           "error",
                                           "error code",
                                           "coupon code",
                                           "discount code",
                                           "gift code",
                                           "voucher code",
                                           "tracking code",
                                           "zip",
                                           "case",
                                           "case number",
                                           "booking",
                                           "number",
                                           "no.",
                                           "room",
                                           "suite",
                                           "since",
                                           "until",
                                           "before",
                                           "year",
                                           "of",
                                           "尾号",
                                           "尾号为",
                                           "订单",
                                           "订单号",
                                           "单号",
                                           "取件号",
                                           "取件码",
                                           "航班",
                                           "车牌",
                                           "编号",
                                           "卡号",
                                           "优惠码",
                                           "邀请码",
                                           "兑换码",
                                           "提货码",
                                           "积分",
                                           "pnr",
                                           "order id",
                                           "offer id",
                                           "donor id",
                                           "id",
                                           "invoice no",
                                           "invoice no.",
                                           "no",
                                           "nr",
                                           "nr.",
                                           "stop",
                                           "bus",
                                           "apt",
                                           "apt.",
                                           "unit",
                                           "lot",
                                           "mile",
                                           "exit",
                                           "spot",
                                           "plate",
                                           "stop number",
                                           "reward no.",
                                           "reservation number",
                                           "reservation",
                                           "confirmation number",
                                           "transaction",
                                           "transaction id",
                                           "iban",
                                           "plz",
                                           "cp",
                                           "code postal",
                                           "código postal",
                                           "card ending",
                                           "ending with",
                                           "x",
                                           "xx",
                                           "*",
                                           "序号",
                                           "序号为",
                                           "户号",
                                           "房间号",
                                           "考场",
                                           "车辆",
                                           "流水号",
                                           "快件",
                                           "快递",
                                           "票号",
                                           "取票码",
                                           "凭取件码",
                                           "凭提货码",
                                           "尾数",
                                           "账户",
                                           "账号",
                                           "帐号",
                                           "卡",
                                           "第",
                                           "至",
                                           "到",
                                           "楼",
                                           "号楼",
                                           "室",
                                           "热线电话",
                                           "ref:",
                                           "customer",
                                           "client",
                                           "pedido",
                                           "encomenda",
                                           "commande",
                                           "colis",
                                           "bestellung",
                                           "bestelling",
                                           "rechnung",
                                           "paket",
                                           "pakket",
                                           "заказ",
                                           "карта",
                                           "no:",
                                           "abone no",
                                           "番号:",
                                           "注文番号",
                                           "お問い合わせ番号",
                                           "송장번호",
                                           "운송장번호",
                                           "code promo",
                                           "promo",
                                           "coupon",
                                           "fiscal",
                                           NULL};

/* And after it. */
static const char *const unit_after[] = {
    "minutes", "minute",   "mins", "min",     "hours",     "days",   "points", "miles",  "usd",    "eur",
    "dollars", "euros",    "new",  "people",  "gb",        "mb",     "steps",  "stars",  "items",  "percent",
    "street",  "元",       "美元", "分钟",    "小时",      "天",     "积分",   "人民币", "号",     "年",
    "用户",    "€",        "km",   "seconds", "sec",       "kg",     "m",      "ml",     "mg",     "pcs",
    "pages",   "calories", "kcal", "reviews", "followers", "votes",  "views",  "am",     "pm",     "uhr",
    "Uhr",     "руб",      "р",    "рублей",  "₽",       "원",     "円",     "號",     "岁",     "人",
    "次",      "件",       "个",   "级",      "楼",        "室",     "折",     "倍",     "MB",     "GB",
    "main st", "st",       "st.",  "ave",     "ave.",      "avenue", "road",   "rd",     "styles", "meters",
    "ft",      "lbs",      "tl",   "TL",      "pln",       "php",    "ريال",   "₪",      "£",      "$",
    "元起",    "日",       "月",   "点",      "时",        "分",     "秒",     "小时内", NULL};

static const char *const promotion[] = {
    "% off",    "at checkout",  "promo",      "coupon",    "discount", "gutschein", "rabatt", "descuento",
    "cupón",    "cupon",        "code promo", "gift card", "优惠",     "折扣",      "скидк",  "sconto",
    "desconto", "kortingscode", "% de",       "off your",  "cashback", NULL};

static struct words_index by_money, by_phone, by_other, by_unit, by_promotion;

__attribute__((constructor)) static void index_words(void)
{
    words_index(&by_money, money_before, WORDS_BY_LAST);
    words_index(&by_phone, phone_before, WORDS_BY_LAST);
    words_index(&by_other, other_before, WORDS_BY_LAST);
    words_index(&by_unit, unit_after, WORDS_BY_FIRST);
    words_index(&by_promotion, promotion, WORDS_BY_FIRST);
}

static bool is_in_link(struct str text, size_t from)
{
    size_t word = from, end = from;
    while (word > 0 && from - word < LINK_BYTES && !is_space(text.data[word - 1]))
        word--;
    while (end < text.length && end - from < LINK_BYTES && !is_space(text.data[end]))
        end++;
    struct str whole = str_part(text, word, end - word);
    size_t slash = str_find(whole, STR("/"), 0);
    return str_find(whole, STR("://"), 0) != SIZE_MAX ||
           (slash != SIZE_MAX && slash < from - word && memchr(whole.data, '.', slash) != NULL);
}

const char *lookalike_why(struct str text, size_t from, size_t length)
{
    const char *why = why_glued_before(text, from);
    if (why == NULL)
        why = why_glued_after(text, from + length);
    if (why != NULL)
        return why;
    if (is_in_link(text, from))
        return "link";
    if (words_before(text, from, &by_money) != NULL)
        return "amount";
    if (words_before(text, from, &by_phone) != NULL)
        return "phone";
    if (words_before(text, from, &by_other) != NULL)
        return "word_before";
    return words_after(text, from + length, &by_unit) != NULL ? "unit" : NULL;
}

bool lookalike_is_promotion(struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t cursor = 0;
        for (const char *word; (word = words_next(&by_promotion, text.data[i], &cursor)) != NULL;)
            if (str_equal_nocase(str_part(text, i, strlen(word)), str_from(word)))
                return true;
    }
    return false;
}
