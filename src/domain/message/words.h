/* Words and neighbours in a text: what the finders of codes and services share. */
#ifndef DOMAIN_MESSAGE_WORDS_H
#define DOMAIN_MESSAGE_WORDS_H

#include "base/str.h"

#include <stdint.h>

/* How much of a text is looked into, and how many words for a code in it. */
enum { WORDS_BYTES = 8192, WORDS_CODE_WORDS = 48 };

bool words_is_digit(char c);
bool words_is_upper(char c);
bool words_is_letter(char c);
/* The character at index, or a space beyond the ends. */
char words_at(struct str text, size_t index);
/* True where text goes on with word at index, ASCII letters compared without case, and neither end cuts an
 * ASCII word in two. */
bool words_here(struct str text, size_t index, const char *word);

/* Words by their first or last byte, so that a text is walked once however many there are. A '-' in front of
 * a word is none of its bytes. */
enum words_end { WORDS_BY_FIRST, WORDS_BY_LAST };
enum { WORDS_INDEXED = 250 };
struct words_index {
    const char *const *words; /* ends with NULL */
    uint8_t head[256], next[WORDS_INDEXED + 1];
};
void words_index(struct words_index *index, const char *const *words, enum words_end by);
/* The words with this byte, one after the other in their order; *cursor starts at 0. NULL at the end, when
 * *cursor is 0 again. */
const char *words_next(const struct words_index *index, char byte, uint8_t *cursor);

/* The one of the words (by their last byte) that ends exactly at index, spaces and punctuation skipped; NULL.
 */
const char *words_before(struct str text, size_t index, const struct words_index *words);
/* The one of the words (by their first byte) that begins at index, spaces skipped; NULL. */
const char *words_after(struct str text, size_t index, const struct words_index *words);
/* True where a sentence ends with the character at index. */
bool words_end_sentence(struct str text, size_t index);

/* The words for a code in a text, in order; those for codes that open nothing ("promo code") are left out. */
struct code_words {
    struct {
        size_t from, end;
    } at[WORDS_CODE_WORDS];
    size_t count;
};
void words_find_code_words(struct str text, struct code_words *ret_words);

#endif
