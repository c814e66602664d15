#include "models/checkpoint/element_types.h"

namespace vitrobust::models {
namespace {

/// torch/storage.py (the classes), torch.dtype's documentation, and numpy's array interface; all of
/// PyTorch 2.13 but the quantised types, complex32 and those of less than a byte, which no network's weights
/// are saved as.
constexpr ElementType kTypes[] = {
    {"F64", 8, "DoubleStorage", "float64", "f8"},
    {"F32", 4, "FloatStorage", "float32", "f4"},
    {"F16", 2, "HalfStorage", "float16", "f2"},
    // NumPy has no bfloat16 and saves JAX's as two bytes of nothing in particular (big_vision's
    // recover_dtype).
    {"BF16", 2, "BFloat16Storage", "bfloat16", "V2"},
    {"I64", 8, "LongStorage", "int64", "i8"},
    {"I32", 4, "IntStorage", "int32", "i4"},
    {"I16", 2, "ShortStorage", "int16", "i2"},
    {"I8", 1, "CharStorage", "int8", "i1"},
    {"U64", 8, "", "uint64", "u8"},
    {"U32", 4, "", "uint32", "u4"},
    {"U16", 2, "", "uint16", "u2"},
    {"U8", 1, "ByteStorage", "uint8", "u1"},
    {"BOOL", 1, "BoolStorage", "bool", "b1"},
    {"C64", 8, "ComplexFloatStorage", "complex64", "c8"},
    {"C128", 16, "ComplexDoubleStorage", "complex128", "c16"},
    {"F8_E4M3", 1, "", "float8_e4m3fn", ""},
    {"F8_E5M2", 1, "", "float8_e5m2", ""},
    {"F8_E4M3FNUZ", 1, "", "float8_e4m3fnuz", ""},
    {"F8_E5M2FNUZ", 1, "", "float8_e5m2fnuz", ""},
    {"F8_E8M0", 1, "", "float8_e8m0fnu", ""},
};

const ElementType* find(std::string_view ElementType::*spelling, std::string_view wanted) {
  for (const ElementType& type : kTypes)
    if (!wanted.empty() && type.*spelling == wanted) return &type;
  return nullptr;
}

}  // namespace

const ElementType* element_type_of_storage(std::string_view storage) {
  return find(&ElementType::storage, storage);
}

const ElementType* element_type_of_dtype(std::string_view dtype) {
  return find(&ElementType::dtype, dtype);
}

const ElementType* element_type_of_numpy(std::string_view descr_without_order) {
  return find(&ElementType::numpy, descr_without_order);
}

}  // namespace vitrobust::models
