#include "app/closure_reasons.h"
#include "base/clock.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

/* The chart's own units: it grows with the page. */
enum { REASON_DAYS = 90, CHART_WIDTH = 320, CHART_ROW = 40, CHART_LABEL = 14, CHART_BAR = 20 };

static const char *const words[CLOSURE_REASON_COUNTS] = {"none",  "no_need",      "mistake", "no_codes",
                                                         "price", "other_number", "privacy", "other"};

static int64_t most_of(const int64_t counts[CLOSURE_REASON_COUNTS])
{
    int64_t most = 0;
    for (size_t i = 0; i < CLOSURE_REASON_COUNTS; i++)
        if (counts[i] > most)
            most = counts[i];
    return most;
}

static void show_reasons(const struct visit *visit, const int64_t counts[CLOSURE_REASON_COUNTS],
                         struct template_desk_reasons *page)
{
    struct template_desk_reasons_reason *reasons =
        ARENA_ARRAY(visit->arena, CLOSURE_REASON_COUNTS, struct template_desk_reasons_reason);
    int64_t most = most_of(counts);
    for (size_t i = 0; i < CLOSURE_REASON_COUNTS; i++) {
        size_t reason = (i + 1) % CLOSURE_REASON_COUNTS; /* who told none stands last */
        page->total += counts[reason];
        reasons[i] = (struct template_desk_reasons_reason){
            .label = visit_text(visit, "closure.reason.", words[reason]),
            .count = counts[reason],
            .label_y = (int64_t)i * CHART_ROW + CHART_LABEL,
            .bar_y = (int64_t)i * CHART_ROW + CHART_BAR,
            .width = most != 0 ? counts[reason] * CHART_WIDTH / most : 0,
        };
    }
    page->height = (int64_t)CLOSURE_REASON_COUNTS * CHART_ROW;
    page->reasons = reasons;
    page->reasons_count = page->total != 0 ? CLOSURE_REASON_COUNTS : 0;
}

static enum err get_reasons(struct visit *visit)
{
    int64_t counts[CLOSURE_REASON_COUNTS];
    TRY(closure_reasons(visit->app, visit->arena, visit->now - REASON_DAYS * MICROS_DAY, counts));
    struct template_desk_reasons page = {.frame = desk_frame(visit), .days = REASON_DAYS};
    show_reasons(visit, counts, &page);
    VISIT_SHOW(visit, desk_reasons, &page);
    return ERR_NONE;
}

const struct web_row desk_reasons_rows[] = {
    {"GET", "/desk/reasons", HTTP_WORK, WEB_DESK, get_reasons, 0, 0},
    {0},
};
