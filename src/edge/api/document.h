/* openapi.json, embedded by tools/embed_text.py. */
#ifndef EDGE_API_DOCUMENT_H
#define EDGE_API_DOCUMENT_H

#include "base/str.h"

extern const struct str api_document;

#endif
