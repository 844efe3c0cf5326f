#include "base/encode.h"

#include <stdint.h>
#include <string.h>

static const char base64_plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str encode_hex(struct arena *arena, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, bytes.length * 2 + 1);
    for (size_t i = 0; i < bytes.length; i++) {
        text[2 * i] = digits[(unsigned char)bytes.data[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)bytes.data[i] & 15];
    }
    return str_bytes(text, bytes.length * 2);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

enum err encode_hex_read(struct arena *arena, struct str text, struct str *ret_bytes)
{
    if (text.length % 2 != 0)
        return ERR_INVALID;
    char *bytes = arena_alloc(arena, text.length / 2 + 1);
    for (size_t i = 0; i < text.length / 2; i++) {
        int high = hex_value(text.data[2 * i]), low = hex_value(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return ERR_INVALID;
        bytes[i] = (char)(high << 4 | low);
    }
    *ret_bytes = str_bytes(bytes, text.length / 2);
    return ERR_NONE;
}

static struct str base64_write(struct arena *arena, struct str bytes, const char *alphabet, bool padding)
{
    char *text = arena_alloc(arena, (bytes.length + 2) / 3 * 4 + 1);
    size_t at = 0;
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)(unsigned char)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)(unsigned char)bytes.data[i + 2] : 0;
        size_t digits = left > 2 ? 4 : left + 1;
        for (size_t digit = 0; digit < 4; digit++) {
            if (digit < digits)
                text[at++] = alphabet[group >> (18 - 6 * digit) & 63];
            else if (padding)
                text[at++] = '=';
        }
    }
    return str_bytes(text, at);
}

struct str encode_base64(struct arena *arena, struct str bytes)
{
    return base64_write(arena, bytes, base64_plain, true);
}

struct str encode_base64url(struct arena *arena, struct str bytes)
{
    return base64_write(arena, bytes, base64_url, false);
}

static int base64_value(char digit)
{
    if (digit == '-')
        return 62;
    if (digit == '_')
        return 63;
    const char *found = digit != '\0' ? strchr(base64_plain, digit) : NULL;
    return found != NULL ? (int)(found - base64_plain) : -1;
}

enum err encode_base64_read(struct arena *arena, struct str text, struct str *ret_bytes)
{
    if (text.length % 4 == 0 && str_ends(text, STR("==")))
        text.length -= 2;
    else if (text.length % 4 == 0 && str_ends(text, STR("=")))
        text.length--;
    if (text.length % 4 == 1)
        return ERR_INVALID;
    char *bytes = arena_alloc(arena, text.length / 4 * 3 + 3);
    uint32_t group = 0;
    size_t bits = 0, at = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = base64_value(text.data[i]);
        if (value < 0)
            return ERR_INVALID;
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[at++] = (char)(group >> bits & 255);
        }
    }
    if ((group & ((1u << bits) - 1)) != 0)
        return ERR_INVALID;
    *ret_bytes = str_bytes(bytes, at);
    return ERR_NONE;
}

static bool unreserved(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || character == '-' || character == '.' ||
           character == '_' || character == '~';
}

struct str encode_percent(struct arena *arena, struct str text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *result = arena_alloc(arena, text.length * 3 + 1);
    size_t at = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (unreserved(text.data[i])) {
            result[at++] = text.data[i];
            continue;
        }
        result[at++] = '%';
        result[at++] = digits[byte >> 4];
        result[at++] = digits[byte & 15];
    }
    return str_bytes(result, at);
}
