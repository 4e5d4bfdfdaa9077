/* core/hall/openapi.h: the OpenAPI 3.1 description, made from the table of calls and the table of commands. */
#pragma once

/* The whole document as JSON text; the caller frees. */
char *openapi_print(void);
