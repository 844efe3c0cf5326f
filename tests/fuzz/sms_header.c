/* Hostile bytes as user data headers and as TLVs: nothing outside the bytes is read or pointed to. */
#include "wire/sms_header.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    struct sms_header header;
    struct smpp_tlv tlv;
    size_t cursor = 0;
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    struct str bytes = str_bytes(copy, size);
    if (sms_header_read(bytes, &header) &&
        (header.length > size || header.fill_bits > 6 || header.part.number > header.part.total))
        abort();
    while (smpp_tlv_next(bytes, &cursor, &tlv))
        if (tlv.value.data + tlv.value.length > bytes.data + size)
            abort();
    if ((smpp_tlv_check(bytes) == SMPP_ROK) != (cursor == size) && smpp_tlv_check(bytes) != SMPP_RINVPARLEN)
        abort();
    free(copy);
    return 0;
}
