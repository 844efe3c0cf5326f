/* Words and neighbours in a text: what the finders of codes and services share. */
#ifndef DOMAIN_MESSAGE_WORDS_H
#define DOMAIN_MESSAGE_WORDS_H

#include "base/str.h"

#include <stdint.h>

bool words_is_digit(char c);
bool words_is_upper(char c);
bool words_is_letter(char c);
/* The character at index, or a space beyond the ends. */
char words_at(struct str text, size_t index);
/* True where text goes on with word at index, ASCII letters compared without case, and neither end cuts an
 * ASCII word in two. */
bool words_here(struct str text, size_t index, const char *word);
/* True where one of the words (ends with NULL) ends exactly at index, spaces and punctuation skipped. */
bool words_before(struct str text, size_t index, const char *const *words);
/* True where one of the words begins at index, spaces skipped. */
bool words_after(struct str text, size_t index, const char *const *words);
/* The next place of a word for a code at or after from, its length in *ret_length; SIZE_MAX: none. */
size_t words_find_code_word(struct str text, size_t from, size_t *ret_length);

#endif
