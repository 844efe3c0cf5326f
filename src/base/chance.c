#include "base/chance.h"

uint64_t chance_next(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

unsigned chance_below(uint64_t *state, unsigned limit)
{
    return (unsigned)(chance_next(state) % limit);
}
