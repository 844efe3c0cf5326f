#include "app/message_claim.h"

#include "app/node.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/carrier.h"
#include "store/node.h"

#include <stdlib.h>
#include <string.h>

/* What is known of the answer that another node gave. */
enum answer { ANSWER_ARRIVED, ANSWER_IN_DOUBT, ANSWER_UNKNOWN };

enum {
    SETTLED_SECONDS = 12, /* by then a node that lives has told of a lost answer */
};

enum err message_claim_id(struct sql_tx *tx, struct str carrier, const uint8_t hash[32], int64_t now)
{
    return store_carrier_claim(tx, carrier, str_bytes(hash, 32), now);
}

/* Of a node that is gone nobody told. */
static enum answer answer_of(const struct store_carrier_taken *taken, const struct store_node *node,
                             int64_t lost_at, int64_t now)
{
    const int64_t doubt = LIMIT_CARRIER_DOUBT_SECONDS * MICROS_SECOND;
    if (taken->at <= lost_at && taken->at >= lost_at - doubt)
        return ANSWER_IN_DOUBT;
    if (node->beaten_at < now - LIMIT_NODE_GONE_SECONDS * MICROS_SECOND)
        return taken->at >= node->beaten_at - doubt ? ANSWER_IN_DOUBT : ANSWER_ARRIVED;
    return node->beaten_at > taken->at + SETTLED_SECONDS * MICROS_SECOND ? ANSWER_ARRIVED : ANSWER_UNKNOWN;
}

static enum err look_at_answer(struct sql_tx *tx, struct str carrier, const struct store_carrier_taken *taken,
                               int64_t now, enum answer *ret_answer)
{
    struct store_node node = {0}; /* one without a row is gone */
    int64_t lost_at;
    TRY(store_carrier_loss_get(tx, carrier, taken->node_id, &lost_at));
    enum err error = store_node_get(tx, taken->node_id, &node);
    if (error != ERR_NOT_FOUND)
        TRY(error);
    *ret_answer = answer_of(taken, &node, lost_at, now);
    return ERR_NONE;
}

static enum err compare(struct app *app, struct sql_tx *tx, struct str carrier, int64_t content, int64_t now,
                        enum answer *ret_answer)
{
    struct store_carrier_taken taken;
    *ret_answer = ANSWER_ARRIVED;
    enum err error = store_carrier_taken_get(tx, carrier, content, &taken);
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(error);
    if (taken.node_id == node_id(app->node) || taken.at < now - LIMIT_CARRIER_REPEAT_MINUTES * MICROS_MINUTE)
        return ERR_NONE;
    return look_at_answer(tx, carrier, &taken, now, ret_answer);
}

/* A lost answer explains one repetition: from here on the text is this node's. */
static enum err claim_among_nodes(struct app *app, struct sql_tx *tx, struct str carrier, int64_t content,
                                  int64_t now)
{
    enum answer answer;
    const struct store_carrier_taken mine = {.node_id = node_id(app->node), .at = now};
    TRY(compare(app, tx, carrier, content, now, &answer));
    if (answer == ANSWER_UNKNOWN)
        return ERR_BUSY;
    TRY(store_carrier_taken_put(tx, carrier, content, &mine));
    return answer == ANSWER_IN_DOUBT ? ERR_EXISTS : ERR_NONE;
}

enum err message_claim_content(struct app *app, struct sql_tx *tx, struct str carrier, int64_t content,
                               int64_t now)
{
    const struct store_carrier_note note = {.at = now, .content = content};
    if (node_had_company(app->node, now - LIMIT_CARRIER_REPEAT_MINUTES * MICROS_MINUTE))
        TRY(claim_among_nodes(app, tx, carrier, content, now));
    return store_carrier_note(tx, carrier, &note);
}

struct loss_job {
    int64_t node_id, at;
    size_t length;
    char carrier[];
};

static enum err loss_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct loss_job *job = context;
    (void)arena;
    return store_carrier_loss_put(tx, str_bytes(job->carrier, job->length), job->node_id, job->at);
}

static void loss_done(enum err error, void *context)
{
    if (error != ERR_NONE)
        log_warn("answer_lost_untold", LOG_TEXT("why", err_code(error)));
    free(context);
}

enum err message_answer_lost(struct app *app, struct str carrier, int64_t at)
{
    if (!node_had_company(app->node, at - LIMIT_CARRIER_REPEAT_MINUTES * MICROS_MINUTE))
        return ERR_NONE;
    struct loss_job *job = malloc(sizeof *job + carrier.length);
    if (job == NULL)
        return ERR_MEMORY;
    *job = (struct loss_job){.node_id = node_id(app->node), .at = at, .length = carrier.length};
    memcpy(job->carrier, carrier.data, carrier.length);
    const struct sql_command command = {
        .name = "message_answer_lost", .run = loss_run, .done = loss_done, .context = job};
    enum err error = sql_submit(app->store, &command);
    if (error != ERR_NONE)
        free(job);
    return error;
}
