/* Texts made safe for where they go in the archive: CSV cells and XML attributes. */
#ifndef EDGE_ARCHIVE_CELLS_H
#define EDGE_ARCHIVE_CELLS_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Like str_is_utf8, but NUL may stand in it: a text message can hold one. */
bool cells_are_utf8(struct str text);

/* A row of CSV (RFC 4180): cells, then csv_end. */
struct csv {
    struct buf *out;
    bool comma;
};

/* The byte order mark, by which spreadsheets know UTF-8, and the line of column names. */
void csv_head(struct csv *csv, const char *const *names, size_t count);
/* A text in quotes. One that a spreadsheet could take for a formula (= + - @ TAB CR at its start, and their
 * wide forms) gets an apostrophe in front, and so does one that begins with an apostrophe: taking one off
 * brings every text back. NUL and other controls than TAB, CR and LF become visible pictures. */
void csv_text(struct csv *csv, struct str text);
void csv_int(struct csv *csv, int64_t number);
/* RFC 3339 in UTC; empty where micros is 0. */
void csv_time(struct csv *csv, int64_t micros);
/* A plain decimal, "-12.40". */
void csv_money(struct csv *csv, int64_t micros);
void csv_end(struct csv *csv);

/* ` name="text"` for XML 1.0: markup and TAB, CR, LF as references, so that a reader gives them back; what
 * XML can't hold (other controls, U+FFFE, U+FFFF, broken UTF-8) as its picture (U+2400 and up) or U+FFFD. */
void xml_attribute(struct buf *out, const char *name, struct str text);

#endif
