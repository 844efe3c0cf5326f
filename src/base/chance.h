/* Numbers that look random and come again from the same seed: for shows and simulators, never for secrets. */
#ifndef BASE_CHANCE_H
#define BASE_CHANCE_H

#include <stdint.h>

/* The next number; *state is the seed at first (Steele and others, "Fast splittable pseudorandom number
 * generators"). The same on every machine. */
uint64_t chance_next(uint64_t *state);
/* One of 0 to limit - 1; limit above 0. */
unsigned chance_below(uint64_t *state, unsigned limit);

#endif
