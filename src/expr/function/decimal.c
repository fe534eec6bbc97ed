/* expr/function/decimal.c: exact arithmetic on DECIMAL.
 *
 *   +  -   the larger scale; one digit more
 *   *      the scales' sum; the digits' sum
 *   /      six digits more than the larger scale
 *   %      the larger scale
 *
 * No type has more than 38 digits: where the rule asks for more, 38 are declared and a value that does not fit raises.
 * Each batch is computed in 64 bits when its operands are stored so and no result leaves them, else in 128. */
#include "expr/function/operator.h"

#include <string.h>

#include "column/decimal.h"

/* Products and quotients of long scales are rounded to this many digits (or a longer operand's), so that ten digits are
 * left before the point. */
enum { RESULT_MAX_SCALE = 28, DIVISION_EXTRA_SCALE = 6 };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static Type decimal_of(int whole, int scale)
{
    int precision = larger(whole + scale, 1);
    return type_decimal(precision > DECIMAL_MAX_PRECISION ? DECIMAL_MAX_PRECISION : precision, scale);
}

static int result_scale(int wanted, int operand_scale)
{
    return wanted <= RESULT_MAX_SCALE ? wanted : larger(RESULT_MAX_SCALE, operand_scale);
}

/* An unknown operand is taken to be as the other one. */
static void pair_complete(Type *types)
{
    for (int i = 0; i < 2; i++)
        if (types[i].id == TYPE_NULL)
            types[i] = types[1 - i].id == TYPE_NULL ? type_decimal(DECIMAL_MAX_PRECISION, 10) : types[1 - i];
}

static int whole_digits(Type type)
{
    return type.precision - type.scale;
}

static int pair_align(Type *types)
{
    pair_complete(types);
    int scale = larger(types[0].scale, types[1].scale);
    for (int i = 0; i < 2; i++)
        types[i] = decimal_of(whole_digits(types[i]), scale);
    return scale;
}

bool resolve_decimal_sum(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    int scale = pair_align(argument_types);
    *ret_result = decimal_of(larger(whole_digits(argument_types[0]), whole_digits(argument_types[1])) + 1, scale);
    return true;
}

bool resolve_decimal_remainder(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    int scale = pair_align(argument_types);
    *ret_result = decimal_of(larger(whole_digits(argument_types[0]), whole_digits(argument_types[1])), scale);
    return true;
}

bool resolve_decimal_product(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    pair_complete(argument_types);
    Type a = argument_types[0], b = argument_types[1];
    *ret_result =
        decimal_of(whole_digits(a) + whole_digits(b), result_scale(a.scale + b.scale, larger(a.scale, b.scale)));
    return true;
}

bool resolve_decimal_quotient(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    pair_complete(argument_types);
    Type a = argument_types[0], b = argument_types[1];
    int operand_scale = larger(a.scale, b.scale);
    *ret_result =
        decimal_of(whole_digits(a) + b.scale, result_scale(operand_scale + DIVISION_EXTRA_SCALE, operand_scale));
    return true;
}

bool resolve_decimal_same(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    if (argument_types[0].id == TYPE_NULL)
        argument_types[0] = type_decimal(DECIMAL_MAX_PRECISION, 10);
    *ret_result = argument_types[0];
    return true;
}

/* ---- operands ---- */

static bool operands_are_i64(const KernelCall *call)
{
    for (size_t i = 0; i < call->argument_count; i++)
        if (call->arguments[i]->physical != PHYSICAL_I64)
            return false;
    return true;
}

static Int128 operand(const KernelCall *call, size_t index, size_t row)
{
    const Vector *vector = call->arguments[index];
    size_t i = vector->form == VECTOR_CONSTANT ? 0 : row;
    return vector->physical == PHYSICAL_I64 ? VECTOR_DATA(vector, int64_t)[i] : VECTOR_DATA(vector, Int128)[i];
}

/* The result was prepared in its type's own layout: there is room for the smaller one. */
static int64_t *result_as_i64(KernelCall *call)
{
    call->result->physical = PHYSICAL_I64;
    return call->result->data;
}

static bool result_has_i128(const KernelCall *call)
{
    return type_physical(call->result->type) == PHYSICAL_I128;
}

static void result_store(KernelCall *call, size_t row, Int128 value)
{
    if (call->result->physical == PHYSICAL_I64)
        VECTOR_DATA(call->result, int64_t)[row] = (int64_t)value;
    else
        VECTOR_DATA(call->result, Int128)[row] = value;
}

static void fail_out_of_range(KernelCall *call, size_t row)
{
    char name[TYPE_NAME_SIZE];
    kernel_fail(call, row, ERROR_OUT_OF_RANGE, "decimal out of range: the result does not fit into %s",
                type_name(call->result->type, name));
}

static void fail_zero_divisor(KernelCall *call, size_t row)
{
    kernel_fail(call, row, ERROR_DIVISION_BY_ZERO, "division by zero");
}

/* The I64 loop; true when that was all. Results that must fit into I64 by their type overflow only in slots that do not
 * count. */
static bool run_i64(KernelCall *call, Arithmetic operation)
{
    if (!operands_are_i64(call))
        return false;
    ArithmeticLoop loop = (*kernels_get()->arithmetic)[operation][ARITHMETIC_I64];
    unsigned failures =
        loop(call->arguments[0]->data, call->arguments[1]->data, result_as_i64(call), call->count, kernel_shape(call));
    if (failures & KERNEL_ZERO_DIVISOR)
        fail_zero_divisor(call, SIZE_MAX);
    if (!(failures & KERNEL_OVERFLOW) || !result_has_i128(call))
        return true;
    call->result->physical = PHYSICAL_I128;
    return false;
}

/* ---- kernels ---- */

static void run_sum(KernelCall *call, bool is_difference)
{
    if (run_i64(call, is_difference ? ARITHMETIC_SUBTRACT : ARITHMETIC_ADD))
        return;
    int precision = call->result->type.precision;
    for (size_t i = 0; i < call->count; i++) {
        Int128 a = operand(call, 0, i), b = operand(call, 1, i), sum = 0;
        bool wraps = is_difference ? __builtin_sub_overflow(a, b, &sum) : __builtin_add_overflow(a, b, &sum);
        if (wraps || !decimal_fits(sum, precision)) {
            fail_out_of_range(call, i);
            sum = 0;
        }
        result_store(call, i, sum);
    }
}

void kernel_add_DECIMAL(KernelCall *call)
{
    run_sum(call, false);
}

void kernel_subtract_DECIMAL(KernelCall *call)
{
    run_sum(call, true);
}

/* Drops zeros at the end, so that a product of long scales meets 128 bits only when its digits need them. */
static Int128 without_zeros(Int128 value, int *scale)
{
    for (; *scale > 0 && value != 0 && value % 10 == 0; (*scale)--)
        value /= 10;
    return value;
}

static bool multiply_rescaled(Int128 a, Int128 b, int scale, Type type, Int128 *ret_product)
{
    if (!decimal_multiply(a, b, ret_product)) {
        a = without_zeros(a, &scale);
        b = without_zeros(b, &scale);
        if (!decimal_multiply(a, b, ret_product))
            return false;
    }
    return decimal_rescale(*ret_product, scale, type.scale, ret_product) && decimal_fits(*ret_product, type.precision);
}

void kernel_multiply_DECIMAL(KernelCall *call)
{
    int scale = call->arguments[0]->type.scale + call->arguments[1]->type.scale;
    Type type = call->result->type;
    if (scale == type.scale && run_i64(call, ARITHMETIC_MULTIPLY))
        return;
    for (size_t i = 0; i < call->count; i++) {
        Int128 product = 0;
        if (!multiply_rescaled(operand(call, 0, i), operand(call, 1, i), scale, type, &product)) {
            fail_out_of_range(call, i);
            product = 0;
        }
        result_store(call, i, product);
    }
}

/* n / d, rounded half away from zero; d is not 0, and n is far from the limits. */
static int64_t quotient_i64(int64_t n, int64_t d)
{
    int64_t quotient = n / d, rest = n % d;
    uint64_t rest_size = rest < 0 ? 0 - (uint64_t)rest : (uint64_t)rest;
    uint64_t divisor_size = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
    if (rest_size >= divisor_size - rest_size)
        quotient += (n < 0) == (d < 0) ? 1 : -1;
    return quotient;
}

/* Divides in 64 bits when every dividend can be shifted in them; false when not. */
static bool divide_i64(KernelCall *call, int shift)
{
    if (shift >= DECIMAL_I64_PRECISION || !operands_are_i64(call) || call->count == 0)
        return false;
    const Vector *dividends = call->arguments[0];
    int64_t least, most, factor = decimal_power_i64[shift], bound = (INT64_MAX - 1) / factor;
    size_t size = dividends->form == VECTOR_CONSTANT ? 1 : call->count;
    kernels_get()->fold->bounds_i64(dividends->data, size, &least, &most);
    if (least < -bound || most > bound)
        return false;
    int64_t *results = result_as_i64(call);
    for (size_t i = 0; i < call->count; i++) {
        int64_t a = ARGUMENT(call, 0, int64_t, i), b = ARGUMENT(call, 1, int64_t, i);
        results[i] = b ? quotient_i64(a * factor, b) : 0;
        if (b == 0)
            fail_zero_divisor(call, i);
    }
    return true;
}

void kernel_divide_DECIMAL(KernelCall *call)
{
    Type type = call->result->type;
    int shift = type.scale - call->arguments[0]->type.scale + call->arguments[1]->type.scale;
    if (divide_i64(call, shift))
        return;
    for (size_t i = 0; i < call->count; i++) {
        Int128 a = operand(call, 0, i), b = operand(call, 1, i), quotient = 0;
        if (b == 0) {
            fail_zero_divisor(call, i);
        } else if (!decimal_divide(a, shift, b, &quotient) || !decimal_fits(quotient, type.precision)) {
            fail_out_of_range(call, i);
            quotient = 0;
        }
        result_store(call, i, quotient);
    }
}

void kernel_modulo_DECIMAL(KernelCall *call)
{
    if (run_i64(call, ARITHMETIC_MODULO))
        return;
    for (size_t i = 0; i < call->count; i++) {
        Int128 a = operand(call, 0, i), b = operand(call, 1, i);
        if (b == 0)
            fail_zero_divisor(call, i);
        result_store(call, i, b == 0 || b == -1 ? 0 : a % b);
    }
}

void kernel_negate_DECIMAL(KernelCall *call)
{
    static const int64_t zero = 0;
    const Vector *argument = call->arguments[0];
    if (argument->physical == PHYSICAL_I64) {
        ArithmeticLoop loop = (*kernels_get()->arithmetic)[ARITHMETIC_SUBTRACT][ARITHMETIC_I64];
        int64_t *results = result_as_i64(call);
        if (!loop(&zero, argument->data, results, call->count, SHAPE_CONSTANT_FLAT) || !result_has_i128(call))
            return;
        call->result->physical = PHYSICAL_I128;
    }
    for (size_t i = 0; i < call->count; i++)
        result_store(call, i, (Int128)(0 - (UInt128)operand(call, 0, i)));
}
