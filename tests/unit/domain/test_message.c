/* Codes and services in texts: what they name, and what only looks like it. */
#include "../test.h"
#include "domain/message/code.h"
#include "domain/message/opt_out.h"
#include "domain/message/quiet.h"
#include "domain/message/service.h"

#include <stdlib.h>
#include <string.h>

#define PERSON "+12125550142"

static const struct {
    const char *sender, *text;
    const char *code, *service; /* "": none */
} texts[] = {
    /* English */
    {"24273", "Chase: Your one-time code is 20659382. We will never call or text you to ask for it.",
     "20659382", "chase"},
    {"73981", "<#>BofA: DO NOT share this Sign In code. We will NEVER call you. Code 482913. Reply HELP.",
     "482913", "bank-of-america"},
    {"93557", "Wells Fargo: Never share this code; we will not ask for it. Use 771204 to finish signing on.",
     "771204", "wells-fargo"},
    {"729725", "PayPal: 104482 is your security code. Don't share your code.", "104482", "paypal"},
    {"22000", "G-448120 is your Google verification code.", "448120", "google"},
    {"32665", "FB-55120 is your Facebook code", "55120", "facebook"},
    {"32665", "<#> 20481234 is your Facebook code H29Q+Fsn4Sr", "20481234", "facebook"},
    {"22000", "Your WhatsApp code: 204-481\nDon't share this code with others\n4sgLq1p5sV6", "204-481",
     "whatsapp"},
    {"65246", "Your Discord verification code is: 019 907", "019 907", "discord"},
    {"40404", "Your X (Twitter) confirmation code is qp7r4zkd.", "", "x-twitter"},
    {"40404", "Your X (Twitter) confirmation code is K7Q2M.", "K7Q2M", "x-twitter"},
    {"58822", "Steam Guard: XR7KP is the code to sign in from a new computer.", "XR7KP", "steam"},
    {"89203", "Your Uber code is 2019. Never share this code.", "2019", "uber"},
    {"52927", "Klarna: 2063 is your one-time code. It is valid for 10 minutes.", "2063", "klarna"},
    {"54921", "Kraken: sign-in from a new browser. Confirm with 300412.", "300412", "kraken"},
    {"33382", "Etsy: use 559601 to sign in.", "559601", "etsy"},
    {"61240", "Wise: 118230 is your code to send $2,500.00. Don't share it with anyone.", "118230", "wise"},
    {"39276", "Use 918273 as your Microsoft account security code. Only use it on our site.", "918273",
     "microsoft"},
    {"69525", "Your Apple ID Code is: 649073. Don't share it with anyone.", "649073", "apple"},
    {"47777", "AIRBNB: Your verification code is 383628.", "383628", "airbnb"},
    {"88170", "AT&T Free Msg: your code is 01844108. Only enter it on our site.", "01844108", "at-t"},
    {"456", "T-Mobile: 552810 is your PIN. Our staff may not ask for it. Valid for 20 minutes.", "552810",
     "t-mobile"},
    {"Netflix", "Your sign-in code is 4471. It expires in 15 minutes.", "4471", "netflix"},
    {"66220", "Order 48120044 is confirmed. Your pickup code is 7712.", "", ""},
    {"66220", "Valid until 2026-11-23 18:30: your login code 350921", "350921", ""},
    {"66220", "Account 99887766: passcode 120387", "120387", ""},
    /* bound to a domain */
    {"448482", "074363 is your GitHub authentication code.\n\n@github.com #074363", "074363", "github"},
    {"74411", "Your code is ready.\n\n@secure.login.gov #550199", "550199", "login-gov"},
    {PERSON, "Your code is ready.\n\n@chase.com.attacker.example #550199", "550199", ""},
    {"44410", "Welcome back.\n@shop.example #A1B2C3", "A1B2C3", ""},
    /* Chinese */
    {"106900001111", "【支付宝】您正在登录支付宝，校验码 276308，请勿泄露。", "276308", "alipay"},
    {"106900001111", "【支付宝】您尾号 0286 的银行卡于 10:15 支出 133.72 元。", "", "alipay"},
    {"106900002222", "【淘宝网】验证码 4412，您正在进行身份验证，打死都不要告诉别人哦！", "4412", "taobao"},
    {"106900002222", "【淘宝】您的包裹已到驿站，取件号 12-2-4410，请尽快取走。", "", "taobao"},
    {"12306", "【铁路12306】验证码：339123，12306 用户注册或既有用户手机验证专用验证码。", "339123", "12306"},
    {"12306", "【铁路12306】订单 E178614312，2/4 G257 次 8 车 10F 号，上海虹桥 10:15 开。", "", "12306"},
    {"95588", "【工商银行】动态密码 550218，您正在转账 12000 元，切勿告诉任何人。", "550218", "icbc"},
    {"106900009999", "【美团】881204（登录验证码，请完成验证），如非本人操作，请忽略本短信。", "881204",
     "meituan"},
    {"106900007777", "您的验证码是 771029，10 分钟内有效。【百度】", "771029", "baidu"},
    {"+18335550118", "【WeChat】550912 为你的微信登录验证码，请勿转发给他人。", "550912", "wechat"},
    {"12381", "【反诈提醒】凡是索要验证码、要求转账到“安全账户”的都是诈骗，请勿相信。", "", ""},
    {"106900011111", "【某某商城】双十一满 3000 减 300，验证码不是优惠码，详情进店咨询，回 T 退订。", "", ""},
    {"106900011112", "优惠码 88123456，热线 4008001234。", "", ""},
    /* other languages */
    {PERSON, "Su código de verificación es 218528. No lo comparta con nadie.", "218528", ""},
    {PERSON, "Tu código de WhatsApp es 417-733", "417-733", "whatsapp"},
    {PERSON, "Ihr Bestätigungscode lautet 215166. Er ist 10 Minuten gültig.", "215166", ""},
    {PERSON, "Votre code Uber est 6612.", "6612", "uber"},
    {PERSON, "Код Telegram: 55120. Никому его не сообщайте", "55120", "telegram"},
    {PERSON, "Il tuo codice di accesso è 884120", "884120", ""},
    {PERSON, "인증번호 [448812] 를 입력해 주세요", "448812", ""},
    {PERSON, "認証コード：992031", "992031", ""},
    {PERSON, "رمز التحقق 448120", "448120", ""},
    {PERSON, "Doğrulama kodunuz: 330112", "330112", ""},
    /* notices of services, no code */
    {"24273", "Chase: A charge of $54.05 at TRADER JOE'S was made with your card ending in 6391.", "",
     "chase"},
    {"24273", "Chase Fraud Alert: Did you try a $54.05 purchase with card ending in 1234? Reply YES or NO.",
     "", "chase"},
    {"262966", "Amazon: Delivered. Order 113-4401822-1029384.", "", "amazon"},
    {"48773", "FedEx: tracking 770455120344: delivered on 12/9 at 17:05.", "", "fedex"},
    {"28777", "USPS: your package 9400 1000 0000 1234 5678 9012 is out for delivery.", "",
     "us-postal-service"},
    {"89203", "Your Uber is arriving now. Look for a silver Camry, plate ending 4410.", "", "uber"},
    {"638538", "Manage your plan at https://www.netflix.com/account any time.", "", "netflix"},
    /* what only looks like one */
    {PERSON, "Let's chase down the 10:15 train, the next one is at 1130", "", ""},
    {PERSON, "I'd grab an apple pie at the target price, wise choice", "", ""},
    {PERSON, "no signal here, will discover the line later", "", ""},
    {PERSON, "My zip code is 10001, the gate is on the left side.", "", ""},
    {PERSON, "Chase: where are you? We start at 1800", "", ""},
    {PERSON, "Call me at 415-555-0123 or (212) 555-0198, code of honour!", "", ""},
    {PERSON, "I paid $1250 for the dress code party in 2025", "", ""},
    {PERSON, "Watch https://www.youtube.com/watch?v=12345678 before 2026", "", ""},
    {PERSON, "verify that 1200 people come on 11/23/2026", "", ""},
    {"63636", "Flash sale! Use promo code SAVE2026 for $20 off orders over $50. Reply STOP to end.", "", ""},
    {"63636", "Our 2026 winter catalog is here: 1200 new styles, from $93.97.", "", ""},
    {"63636", "You earned 5000 points. Use 5000 points before 20261231.", "", ""},
    {"90909", "Your ticket number is 8355122. You are number 30 in the queue.", "", ""},
    {"55155", "Error code 50412 was fixed. Service restored.", "", ""},
    {"52345", "DMV: your appointment is on 12/14 at 15:30. Confirmation 3997102.", "", ""},
    {"+18885550155",
     "FINAL NOTICE: your Netflix account is on hold. Pay at netflix-billing.example, ref 5512044.", "", ""},
    {"+18885550156", "USPS: your parcel 5040443 is held for an unpaid fee of $1.99. Pay at usps.example", "",
     ""},
    {"+18885550157", "Congratulations! You won a $3000 Walmart gift card.", "", ""},
    {"55156", "Log in at https://paypal.com.secure-login.example/verify now", "", ""},
    {"55157", "Security: your door was opened at 18:04.", "", ""},
    {"55158", "Your security code is 120934.", "120934", ""},
    {"", "", "", ""},
    {"12345", "\xff\xfe code \x80 12", "", ""},
};

static void codes_are_found_and_nothing_else_is(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str text = str_from(texts[i].text), code = message_find_code(text);
        if (!str_is(code, texts[i].code))
            fail_msg("'%.*s' in: %s", STR_ARG(code), texts[i].text);
        assert_true(code.length == 0 ||
                    (code.data >= text.data && code.data + code.length <= text.data + text.length));
    }
}

static void services_are_named_and_no_wolf_is_cried(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct service *service =
            service_match(NULL, str_from(texts[i].sender), str_from(texts[i].text),
                          message_find_code(str_from(texts[i].text)).length != 0)
                .service;
        const char *key = service != NULL ? service->key : "";
        if (strcmp(key, texts[i].service) != 0)
            fail_msg("'%s' for: %s", key, texts[i].text);
    }
}

/* Every way to cut a text short must end inside it; a sanitizer watches. */
static void a_text_may_end_anywhere(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t length = 0; length <= strlen(texts[i].text); length++) {
            char *copy = malloc(length + 1);
            memcpy(copy, texts[i].text, length);
            struct str text = str_bytes(copy, length);
            struct str code = message_find_code(text);
            assert_true(code.length <= 17);
            service_match(NULL, str_from(texts[i].sender), text, code.length != 0);
            free(copy);
        }
}

static void services_are_ranked_dangerous_first(void **context)
{
    static const struct {
        const char *key, *category;
        int rank;
        bool dangerous;
    } rows[] = {
        {"chase", "bank", 0, true},
        {"icbc", "bank", 0, true},
        {"paypal", "payment", 1, true},
        {"coinbase", "payment", 1, true},
        {"alipay", "payment", 1, true},
        {"gmail", "mail", 2, true},
        {"google", "mail", 2, true},
        {"okta", "identity", 3, true},
        {"facebook", "social", 4, false},
        {"whatsapp", "social", 4, false},
        {"netflix", "leisure", 5, false},
        {"amazon", "shop", 5, false},
        {"login-gov", "government", 5, false},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct service *service = service_by_key(NULL, str_from(rows[i].key));
        if (service == NULL || strcmp(service->category, rows[i].category) != 0)
            fail_msg("%s: %s", rows[i].key, service != NULL ? service->category : "missing");
        assert_int_equal(service_rank(service), rows[i].rank);
        assert_int_equal(service->dangerous, rows[i].dangerous);
    }
}

static void services_are_found_by_what_people_type(void **context)
{
    static const struct {
        const char *typed, *key;
    } rows[] = {
        {"facebook", "facebook"},
        {"  Bank of America ", "bank-of-america"},
        {"bofa", "bank-of-america"},
        {"支付宝", "alipay"},
        {"chatgpt", "openai-chatgpt"},
        {"netflix.com", "netflix"},
        {"https://www.netflix.com/browse", "netflix"},
        {"Yahoo", "yahoo"},
        {"my grandmother's shop", ""},
        {"com", ""},
        {"", ""},
        {"netflix.com.example", ""},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct service *service = service_by_name(NULL, str_from(rows[i].typed));
        if (strcmp(service != NULL ? service->key : "", rows[i].key) != 0)
            fail_msg("%s: %s", rows[i].typed, service != NULL ? service->key : "none");
    }
    assert_null(service_by_key(NULL, STR("nobody")));
    assert_null(service_by_key(NULL, STR_NONE));
}

static void pages_are_https_or_none(void **context)
{
    const struct service *facebook = service_by_key(NULL, STR("facebook"));
    (void)context;
    assert_true(str_starts(str_from(facebook->closing_url), STR("https://")));
    assert_true(str_starts(str_from(facebook->security_url), STR("https://")));
    assert_string_equal(service_by_key(NULL, STR("zelle"))->closing_url, "");
}

static void a_word_alone_asks_for_no_more_texts_or_for_them_again(void **context)
{
    static const struct {
        const char *text;
        enum opt_out means;
    } rows[] = {
        {"STOP", OPT_OUT_STOP},
        {" stop. ", OPT_OUT_STOP},
        {"Unsubscribe!", OPT_OUT_STOP},
        {"opt out", OPT_OUT_STOP},
        {"退订", OPT_OUT_STOP},
        {"退订。", OPT_OUT_STOP},
        {"td", OPT_OUT_STOP},
        {"t", OPT_OUT_STOP},
        {"Start", OPT_OUT_START},
        {"恢复！", OPT_OUT_START},
        {"", OPT_OUT_NOTHING},
        {".", OPT_OUT_NOTHING},
        {"Don't stop", OPT_OUT_NOTHING},
        {"stop by at five", OPT_OUT_NOTHING},
        {"回复退订", OPT_OUT_NOTHING},
        {"TDs", OPT_OUT_NOTHING},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (opt_out_of(str_from(rows[i].text)) != rows[i].means)
            fail_msg("\"%s\"", rows[i].text);
}

static void quiet_hours_end_on_the_minute_in_any_zone(void **context)
{
    enum { H = 60 };
    const int64_t minute = INT64_C(60000000), midnight = INT64_C(20000) * 24 * H * minute;
    static const struct {
        int64_t from, to, zone; /* minutes */
        int64_t now, end;       /* minutes after midnight UTC; end equal to now: not quiet */
    } rows[] = {
        {22 * H, 7 * H, 0, 21 * H + 59, 21 * H + 59},
        {22 * H, 7 * H, 0, 22 * H, 31 * H},
        {22 * H, 7 * H, 0, 23 * H + 59, 31 * H},
        {22 * H, 7 * H, 0, 24 * H, 31 * H},
        {22 * H, 7 * H, 0, 6 * H + 59, 7 * H},
        {22 * H, 7 * H, 0, 7 * H, 7 * H},
        {9 * H, 17 * H, 0, 9 * H, 17 * H},
        {9 * H, 17 * H, 0, 8 * H, 8 * H},
        {9 * H, 17 * H, 0, 17 * H, 17 * H},
        {9 * H, 9 * H, 0, 9 * H, 9 * H},        /* never */
        {22 * H, 7 * H, 8 * H, 14 * H, 23 * H}, /* 22:00 in China */
        {22 * H, 7 * H, 8 * H, 13 * H, 13 * H},
        {22 * H, 7 * H, -5 * H, 3 * H, 12 * H}, /* 22:00 of the day before */
        {22 * H, 7 * H, -5 * H, 2 * H, 2 * H},
        {0, 1, 14 * H, 10 * H, 10 * H + 1},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct quiet_hours quiet = {rows[i].from, rows[i].to, rows[i].zone};
        assert_true(quiet_is_valid(&quiet));
        int64_t end = (quiet_end(&quiet, midnight + rows[i].now * minute) - midnight) / minute;
        if (end != rows[i].end)
            fail_msg("row %zu: %lld", i, (long long)end);
    }
    assert_false(quiet_is_valid(&(struct quiet_hours){24 * H, 0, 0}));
    assert_false(quiet_is_valid(&(struct quiet_hours){0, -1, 0}));
    assert_false(quiet_is_valid(&(struct quiet_hours){0, 1, 15 * H}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_found_and_nothing_else_is),
        cmocka_unit_test(services_are_named_and_no_wolf_is_cried),
        cmocka_unit_test(a_text_may_end_anywhere),
        cmocka_unit_test(services_are_ranked_dangerous_first),
        cmocka_unit_test(services_are_found_by_what_people_type),
        cmocka_unit_test(pages_are_https_or_none),
        cmocka_unit_test(a_word_alone_asks_for_no_more_texts_or_for_them_again),
        cmocka_unit_test(quiet_hours_end_on_the_minute_in_any_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
