/* Drives a libFuzzer target without libFuzzer: seeds are the lines of a file, changed by chance; those
 * that are no text begin with "hex:". The same number gives the same inputs.
 *
 *     fuzz-TARGET FILE [SECONDS [NUMBER]] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEEDS = 4096, INPUT_BYTES = 12000, LINE_BYTES = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    uint8_t *data;
    size_t size;
} seeds[SEEDS];
static size_t seed_count;
static uint64_t chance;

static uint64_t next(void) /* xorshift64 */
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return chance;
}

static size_t below(size_t limit)
{
    return (size_t)(next() % limit);
}

static size_t mutate(uint8_t *data, size_t size)
{
    for (size_t i = below(6) + 1; i > 0; i--) {
        size_t other = below(seed_count), from, length;
        switch (below(5)) {
        case 0:
            if (size != 0)
                data[below(size)] = (uint8_t)next();
            break;
        case 1: /* cut */
            size = size != 0 ? below(size) : 0;
            break;
        case 2: /* a piece of another one behind it */
            from = seeds[other].size != 0 ? below(seeds[other].size) : 0;
            length = seeds[other].size - from;
            if (size + length <= INPUT_BYTES) {
                memcpy(data + size, seeds[other].data + from, length);
                size += length;
            }
            break;
        case 3: /* itself again and again */
            while (size != 0 && size * 2 <= INPUT_BYTES && below(4) != 0) {
                memcpy(data + size, data, size);
                size *= 2;
            }
            break;
        default:
            if (size != 0)
                data[below(size)] = (uint8_t) "0123456789@#【】: \n-.$"[below(24)];
        }
    }
    return size;
}

static unsigned digit(char character)
{
    const char *digits = "0123456789abcdef", *found = strchr(digits, character);
    return found != NULL && character != '\0' ? (unsigned)(found - digits) : 0;
}

/* A seed that is no text stands in hexadecimal. */
static size_t read_hex(uint8_t *data, const char *digits, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        data[i / 2] = (uint8_t)(digit(digits[i]) << 4 | digit(digits[i + 1]));
    return size / 2;
}

static int read_seeds(const char *path)
{
    static char line[LINE_BYTES];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (seed_count < SEEDS && fgets(line, sizeof line, file) != NULL) {
        size_t size = strcspn(line, "\n");
        seeds[seed_count].data = malloc(size + 1);
        if (size >= 4 && memcmp(line, "hex:", 4) == 0)
            size = read_hex(seeds[seed_count].data, line + 4, size - 4);
        else
            memcpy(seeds[seed_count].data, line, size);
        seeds[seed_count++].size = size;
    }
    fclose(file);
    return seed_count != 0;
}

int main(int argc, char **argv)
{
    static uint8_t input[INPUT_BYTES];
    time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 3);
    long long runs = 0;
    chance = argc > 3 ? strtoull(argv[3], NULL, 10) : 20261123;
    if (argc < 2 || chance == 0 || !read_seeds(argv[1])) {
        fprintf(stderr, "usage: %s FILE [SECONDS [NUMBER]]\n", argv[0]);
        return 2;
    }
    for (; time(NULL) < end; runs++) {
        size_t seed = below(seed_count), size = seeds[seed].size;
        memcpy(input, seeds[seed].data, size);
        size = mutate(input, size);
        LLVMFuzzerTestOneInput(input, size);
    }
    printf("1..1\n%s 1 - %lld inputs of %zu seeds\n", runs != 0 ? "ok" : "not ok", runs, seed_count);
    return runs == 0;
}
