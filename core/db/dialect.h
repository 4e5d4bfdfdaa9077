/* core/db/dialect.h: from the text that both stores share to PostgreSQL's. Text to text; knows no connection.
 *
 * Every difference between the two that a statement can show is here and in README.md, and nowhere else. */
#pragma once
#include "core/base/str.h"

/* One statement with parameters, as given to db_query. */
void dialect_statement(struct buf *out, const char *sql);
/* Several statements without parameters, as given to db_script: DDL. What is SQLite's own (PRAGMA) is left out. */
void dialect_script(struct buf *out, const char *sql);
/* The highest parameter, $1 …; 0: none. */
int dialect_parameters(const char *sql);
/* What SQLite has by itself and PostgreSQL has not, as functions: run once where tables are made. */
extern const char dialect_functions[];
