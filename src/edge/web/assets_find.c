#include "edge/web/assets.h"

const struct asset *asset_find(struct str path)
{
    for (size_t i = 0; i < asset_count; i++)
        if (str_equal(assets[i].path, path))
            return &assets[i];
    return NULL;
}
