/* core/model/money.h: amounts as whole minor units of a currency; never a fraction, never an overflow. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

enum { MONEY_TEXT = 40 };

struct money {
    int64_t minor;    /* 500 = 5.00 AZN */
    char currency[4]; /* ISO 4217, capital letters */
};

/* Decimals of a currency (ISO 4217, save IDR: 0, as rupiah are counted, PRODUCT.md); -1 when not known here.
 */
int money_decimals(const char *currency);
/* The wire's form, exactly: "5.00 AZN", "30000 IDR". Never negative there. */
bool money_parse(const char *text, struct money *money, struct err_info *info);
void money_text(struct money money, char out[MONEY_TEXT]);
/* As a clerk types it: "5", "5,5", "5.50", "30.000" or "Rp 30.000"; the currency is the field's. */
bool money_typed(const char *typed, const char *currency, struct money *money, struct err_info *info);
/* As the country writes it: "5,00 AZN", "Rp 30.000". */
void money_display(struct money money, char out[MONEY_TEXT]);
/* False (sum unchanged) when currencies differ or the sum does not fit. */
bool money_add(struct money *sum, struct money more);
bool money_multiply(struct money *money, int64_t count);
