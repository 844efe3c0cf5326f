#include "domain/number/fee.h"

bool fee_runs(const struct fee_line *line)
{
    bool stopped = line->stopped_at != 0 && line->stopped_at <= line->paid_until;
    return line->fee > 0 && line->ended_at == 0 && !stopped;
}

static int64_t reminder_at(const struct fee_line *line)
{
    return line->paid_until - FEE_REMINDER_MICROS;
}

int64_t fee_look_at(const struct fee_line *line)
{
    if (!fee_runs(line))
        return 0;
    return line->reminded_at >= reminder_at(line) ? line->paid_until : reminder_at(line);
}

bool fee_reminder_is_due(const struct fee_line *line, int64_t now)
{
    return fee_runs(line) && line->reminded_at < reminder_at(line) && reminder_at(line) <= now &&
           now < line->paid_until;
}

bool fee_wants_reminder(const struct fee_line *line, int64_t now)
{
    return fee_reminder_is_due(line, now) && line->last_text_at < clock_add_months(line->paid_until, -1);
}

int64_t fee_of_period(const struct fee_line *line, int64_t *ret_until)
{
    int64_t until = clock_add_months(line->paid_until, 1);
    int64_t days = (until - line->paid_until) / MICROS_DAY;
    *ret_until = until;
    if (line->stopped_at == 0 || line->stopped_at >= until)
        return line->fee;
    *ret_until = line->stopped_at > line->paid_until ? line->stopped_at : line->paid_until;
    int64_t amount = line->fee / days * ((*ret_until - line->paid_until) / MICROS_DAY);
    return amount - amount % FEE_STEP;
}

int64_t fee_paid_after_resuming(const struct fee_line *line, int64_t now)
{
    bool stood = line->stopped_at != 0 && line->stopped_at < now;
    return stood ? line->paid_until + now - line->stopped_at : line->paid_until;
}
