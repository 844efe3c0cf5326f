#include "i18n/i18n.h"

enum { RANGES_READ = 32 };

struct str i18n_tag(enum language language)
{
    return language == LANGUAGE_ZH ? STR("zh-CN") : STR("en");
}

bool i18n_read_tag(struct str tag, enum language *ret_language)
{
    struct str primary = STR_NONE;
    struct str rest = tag;
    if (!str_split(&rest, '-', &primary))
        return false;
    if (str_equal_nocase(primary, STR("en")))
        *ret_language = LANGUAGE_EN;
    else if (str_equal_nocase(primary, STR("zh")))
        *ret_language = LANGUAGE_ZH;
    else
        return false;
    return true;
}

/* "0.8" as 800; anything that is no qvalue (RFC 9110, section 12.4.2) as 0. */
static int read_quality(struct str text)
{
    if (text.length == 0 || text.length > 5 || (text.data[0] != '0' && text.data[0] != '1'))
        return 0;
    int value = (text.data[0] - '0') * 1000;
    int scale = 100;
    for (size_t i = 1; i < text.length; i++) {
        char c = text.data[i];
        if (i == 1 ? c != '.' : c < '0' || c > '9')
            return 0;
        if (i > 1) {
            value += (c - '0') * scale;
            scale /= 10;
        }
    }
    return value <= 1000 ? value : 0;
}

static int range_quality(struct str range, struct str *ret_tag)
{
    struct str rest = range;
    struct str parameter = STR_NONE;
    int quality = 1000;
    if (!str_split(&rest, ';', ret_tag))
        return 0;
    *ret_tag = str_trim(*ret_tag);
    while (str_split(&rest, ';', &parameter)) {
        parameter = str_trim(parameter);
        if (str_starts(parameter, STR("q=")) || str_starts(parameter, STR("Q=")))
            quality = read_quality(str_part(parameter, 2, parameter.length));
    }
    return quality;
}

enum language i18n_negotiate(struct str accept_language)
{
    enum language best = LANGUAGE_EN;
    int best_quality = 0;
    struct str rest = accept_language;
    struct str range = STR_NONE;
    for (int i = 0; i < RANGES_READ && str_split(&rest, ',', &range); i++) {
        struct str tag = STR_NONE;
        enum language language = LANGUAGE_EN;
        int quality = range_quality(range, &tag);
        if (quality > best_quality && (str_is(tag, "*") || i18n_read_tag(tag, &language))) {
            best = language;
            best_quality = quality;
        }
    }
    return best;
}
