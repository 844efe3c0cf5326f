/* Prints a page of states, drawn from the table: draw-states closure|number; with a file's name, says whether
 * that file is the page. */
#include "domain/closure/closure.h"
#include "domain/number/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_effects(const struct machine_row *row, struct buf *page)
{
    for (const int *effect = row->enters_with; effect != NULL && *effect != 0; effect++)
        buf_printf(page, "%s%s", effect == row->enters_with ? "" : ", ",
                   closure_effect_name((enum closure_effect) * effect));
}

static void write_closure(struct buf *page)
{
    buf_add_c(page,
              "# The states of a closure\n\n"
              "Drawn from the table in `src/domain/closure/states.c`; a test compares this page with it. "
              "What each state means\nstands in the design; which way an event takes is decided in "
              "`src/domain/closure/`.\n\n```mermaid\n");
    machine_draw(&closure_machine, page);
    buf_add_c(page, "```\n\n| state | text | what time does | enters with |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < closure_machine.row_count; i++) {
        const struct machine_row *row = &closure_machine.rows[i];
        buf_printf(page, "| %s | `%s` | %s | ", row->name, row->message_id,
                   row->deadline != NULL ? row->deadline : "nothing");
        write_effects(row, page);
        buf_add_c(page, " |\n");
    }
}

static void write_who(enum number_event event, struct buf *page)
{
    static const struct {
        unsigned by;
        const char *name;
    } who[] = {{NUMBER_BY_AGENT, "the desk"},
               {NUMBER_BY_ADMIN, "administrators, the command line"},
               {NUMBER_BY_SYSTEM, "time and closings"}};
    bool first = true;
    for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
        if (!number_may(event, who[i].by))
            continue;
        buf_printf(page, "%s%s", first ? "" : ", ", who[i].name);
        first = false;
    }
}

static void write_number(struct buf *page)
{
    buf_add_c(page,
              "# The states of a number\n\n"
              "Drawn from the table in `src/domain/number/states.c`; a test compares this page with it. A "
              "number that is leaving\nto another carrier is in use until it has left.\n\n```mermaid\n");
    machine_draw(&number_machine, page);
    buf_add_c(page, "```\n\n| event | who may |\n| --- | --- |\n");
    for (int event = 1; event < NUMBER_EVENTS; event++) {
        buf_printf(page, "| %s | ", machine_event_name(&number_machine, event));
        write_who((enum number_event)event, page);
        buf_add_c(page, " |\n");
    }
}

static int compare(const char *name, struct str page)
{
    static char text[64 * 1024];
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", name);
        return 1;
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    bool same = str_equal(str_bytes(text, length), page);
    printf("1..1\n%s 1 - the page of the states is drawn from the table\n", same ? "ok" : "not ok");
    if (!same)
        printf("# %s is not the picture of the table; print it anew with this program\n", name);
    return same ? 0 : 1;
}

int main(int count, char **arguments)
{
    struct buf page = buf_new(0);
    if (count > 1 && strcmp(arguments[1], "number") == 0)
        write_number(&page);
    else
        write_closure(&page);
    if (page.failed)
        return 1;
    int result = 0;
    if (count > 2)
        result = compare(arguments[2], buf_str(&page));
    else
        fwrite(page.data, 1, page.length, stdout);
    buf_free(&page);
    return result;
}
