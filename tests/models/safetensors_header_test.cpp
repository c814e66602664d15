#include "models/checkpoint/safetensors_header.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::uint8_t> length_prefix(std::uint64_t length) {
  std::vector<std::uint8_t> bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<std::uint8_t>(length >> shift));
  return bytes;
}

/// The header of a file in which `data_bytes` follow it.
SafetensorsHeader parse(const std::string& json, std::uint64_t data_bytes) {
  const std::vector<std::uint8_t> bytes(json.begin(), json.end());
  return parse_safetensors_header(bytes, kSafetensorsPrefixBytes + bytes.size() + data_bytes,
                                  "m.safetensors");
}

template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

struct Malformed {
  const char* name;
  std::string json;
  std::uint64_t data_bytes;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Malformed& test) {
  return stream << test.name;
}

class MalformedHeader : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedHeader, IsRefusedByName) {
  const auto& test = GetParam();
  const std::string message = error_of([&] { parse(test.json, test.data_bytes); });
  EXPECT_EQ(message.substr(0, 13), "m.safetensors") << message;
  EXPECT_THAT(message, HasSubstr(test.message));
}

std::string tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

std::string two_tensors(const std::string& first, const std::string& second) {
  return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
         R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
}

std::string nested(int depth) {
  return R"({"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}";
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

const std::string k2To62 = "4611686018427387904";

INSTANTIATE_TEST_SUITE_P(
    Document, MalformedHeader,
    testing::Values(Malformed{"Empty", "", 0, "header does not begin with '{'"},
                    Malformed{"LeadingSpace", " {}", 0, "header does not begin with '{'"},
                    Malformed{"Array", "[]", 0, "header does not begin with '{'"},
                    Malformed{"InvalidJson", R"({"a":})", 0, "header: not valid JSON at line 1, column 6"},
                    Malformed{"TrailingText", "{}x", 0, "not valid JSON"},
                    Malformed{"InvalidUtf8", "{\"\xff\":1}", 0, "not valid JSON"},
                    Malformed{"NumberOutOfRange", R"({"a":1e999})", 0, "out of range"},
                    Malformed{"DuplicateKey", R"({"a":1,"a":1})", 0, "duplicate JSON key 'a'"},
                    Malformed{"TooDeep", nested(100), 0, "nested deeper"},
                    Malformed{"TooManyMembers", "{" + repeated(R"("a":1,)", 1 << 17) + "}", 0,
                              "more tensors than any model"},
                    Malformed{"TooManyElements", R"({"a":[)" + repeated("0,", 1 << 21) + "0]}", 0,
                              "more tensors than any model"},
                    Malformed{"MetadataNotObject", R"({"__metadata__":[]})", 0, "__metadata__ is an array"},
                    Malformed{"MetadataNotString", R"({"__metadata__":{"k":1}})", 0,
                              "__metadata__ 'k' is an integer, expected a string"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Field, MalformedHeader,
    testing::Values(
        Malformed{"TensorNotObject", R"({"a":[1]})", 0, "tensor 'a' is an array, expected an object"},
        Malformed{"NoDtype", R"({"a":{"shape":[],"data_offsets":[0,4]}})", 4, "tensor 'a' has no 'dtype'"},
        Malformed{"NoShape", R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "tensor 'a' has no 'shape'"},
        Malformed{"NoOffsets", R"({"a":{"dtype":"F32","shape":[]}})", 4, "tensor 'a' has no 'data_offsets'"},
        Malformed{"DtypeNotString", tensor("32", "[]", "[0,4]"), 4, "dtype that is an integer"},
        Malformed{"DtypeUnknown", tensor("\"F33\"", "[]", "[0,4]"), 4, "tensor 'a' has unknown dtype 'F33'"},
        Malformed{"ShapeNotArray", tensor("\"F32\"", "4", "[0,4]"), 4, "shape that is an integer"},
        Malformed{"ShapeNegative", tensor("\"F32\"", "[-1]", "[0,4]"), 4, "shape with -1"},
        Malformed{"ShapeFraction", tensor("\"F32\"", "[1.0]", "[0,4]"), 4, "shape with 1.0"},
        Malformed{"ShapeString", tensor("\"F32\"", R"(["1"])", "[0,4]"), 4, "shape with a string"},
        Malformed{"ShapeTruthValue", tensor("\"F32\"", "[true]", "[0,4]"), 4, "shape with true or false"},
        Malformed{"ShapeHuge", tensor("\"U8\"", "[18446744073709551615]", "[0,4]"), 4, "expected integers"},
        Malformed{"TooManyDimensions", tensor("\"U8\"", "[" + repeated("1,", 64) + "1]", "[0,1]"), 1,
                  "has 65 dimensions"},
        Malformed{"ShapeOverflow", tensor("\"F32\"", "[4294967296,4294967296]", "[0,4]"), 4,
                  "is larger than any memory"},
        Malformed{"BitsOverflow", tensor("\"F32\"", "[" + k2To62 + "]", "[0,4]"), 4,
                  "is larger than any memory"},
        Malformed{"OverflowBehindZero", tensor("\"F32\"", "[0," + k2To62 + "," + k2To62 + "]", "[0,0]"), 0,
                  "is larger than any memory"},
        Malformed{"NotWholeBytes", tensor("\"F4\"", "[3]", "[0,2]"), 2, "not a whole number of bytes"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Range, MalformedHeader,
    testing::Values(
        Malformed{"NotArray", tensor("\"F32\"", "[]", "4"), 4, "not two non-negative integers"},
        Malformed{"OneOffset", tensor("\"F32\"", "[]", "[0]"), 4, "not two non-negative integers"},
        Malformed{"ThreeOffsets", tensor("\"F32\"", "[]", "[0,4,4]"), 4, "not two non-negative integers"},
        Malformed{"Negative", tensor("\"F32\"", "[]", "[-4,0]"), 4, "not two non-negative integers"},
        Malformed{"Fraction", tensor("\"F32\"", "[]", "[0,4.5]"), 4, "not two non-negative integers"},
        Malformed{"Reversed", tensor("\"F32\"", "[]", "[4,0]"), 4, "end (0) before they begin (4)"},
        Malformed{"BeyondAnyFile", tensor("\"F32\"", "[]", "[18446744073709551611,18446744073709551615]"), 4,
                  "beyond any file"},
        Malformed{"LengthDisagrees", tensor("\"F32\"", "[2]", "[0,4]"), 4,
                  "of shape [2] and type F32 takes 8 bytes, but its data_offsets span 4"},
        Malformed{"Truncated", tensor("\"F32\"", "[2]", "[0,8]"), 5,
                  "is truncated: 3 bytes are missing, tensor 'a' ends beyond the file"},
        Malformed{"HoleAtTheStart", tensor("\"U8\"", "[4]", "[1,5]"), 5,
                  "1 bytes before tensor 'a' belong to no"},
        Malformed{"Hole", two_tensors("[0,4]", "[6,10]"), 10,
                  "2 bytes before tensor 'b' belong to no tensor"},
        Malformed{"Overlap", two_tensors("[0,4]", "[3,7]"), 7, "tensor 'b' overlaps tensor 'a' by 1 bytes"},
        Malformed{"SameRange", two_tensors("[0,4]", "[0,4]"), 4, "tensor 'b' overlaps tensor 'a' by 4 bytes"},
        Malformed{"TrailingBytes", tensor("\"U8\"", "[4]", "[0,4]"), 7,
                  "the last 3 bytes of the file belong to no tensor"},
        Malformed{"DataWithoutTensor", "{}", 1, "the last 1 bytes of the file belong to no tensor"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(SafetensorsLength, ReadsLittleEndian) {
  EXPECT_EQ(safetensors_header_length(length_prefix(0x0102), 10'000, "m"), 0x0102U);
}

TEST(SafetensorsLength, RefusesFilesShorterThanTheLength) {
  const std::vector<std::uint8_t> bytes(7);
  EXPECT_EQ(error_of([&] { safetensors_header_length(bytes, 7, "m"); }),
            "m: has 7 bytes, a safetensors file has at least 8");
}

TEST(SafetensorsLength, RefusesMoreThanTheFormatAllows) {
  const auto huge = std::uint64_t{1} << 62;
  EXPECT_THAT(error_of([&] { safetensors_header_length(length_prefix(100'000'001), huge, "m"); }),
              HasSubstr("claims a header of 100000001 bytes"));
  EXPECT_EQ(safetensors_header_length(length_prefix(100'000'000), huge, "m"), 100'000'000U);
}

TEST(SafetensorsLength, SaysHowMuchOfTheHeaderIsMissing) {
  EXPECT_THAT(error_of([&] { safetensors_header_length(length_prefix(100), 50, "m"); }),
              HasSubstr("truncated within its header: 58 bytes are missing"));
}

TEST(SafetensorsHeader, ListsTensorsInTheOrderOfTheirBytes) {
  const auto header =
      parse(R"({"__metadata__":{"format":"pt"},"z":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},)"
            R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   )",
            16);
  ASSERT_EQ(header.tensors.size(), 2U);
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_EQ(header.tensors[0].elements(), 1U);
  EXPECT_EQ(header.tensors[1].name, "z");
  EXPECT_EQ(header.tensors[1].type, "F16");
  EXPECT_THAT(header.tensors[1].shape, ElementsAre(2, 3));
  EXPECT_EQ(header.tensors[1].bytes, 12U);
  EXPECT_EQ(header.tensors[1].offset, header.tensors[0].offset + 4);
  EXPECT_EQ(header.metadata.at("format"), "pt");
  EXPECT_EQ(header.find("z"), &header.tensors[1]);
  EXPECT_EQ(header.find("y"), nullptr);
}

TEST(SafetensorsHeader, AllowsFilesAndTensorsWithoutData) {
  EXPECT_TRUE(parse("{}", 0).tensors.empty());
  const auto header = parse(
      two_tensors("[0,4]", "[4,8]").insert(1, R"("e":{"dtype":"F32","shape":[3,0],"data_offsets":[4,4]},)"),
      8);
  ASSERT_EQ(header.tensors.size(), 3U);
  EXPECT_EQ(header.tensors[1].name, "e");
  EXPECT_EQ(header.tensors[1].elements(), 0U);
}

TEST(SafetensorsHeader, KnowsEveryTypeOfTheFormat) {
  for (const SafetensorsType& type : safetensors_types()) {
    const std::uint64_t bytes = type.bits;  // of eight elements
    const auto header = parse(R"({"a":{"dtype":")" + type.name + R"(","shape":[8],"data_offsets":[0,)" +
                                  std::to_string(bytes) + "]}}",
                              bytes);
    EXPECT_EQ(header.tensors[0].bytes, bytes) << type.name;
  }
  EXPECT_EQ(safetensors_types().size(), 22U);
}

TEST(SafetensorsHeader, ReadsOnlyTheHeaderOfAFile) {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "header.safetensors";
  const std::string json = tensor("\"U8\"", "[4]", "[0,4]");
  const auto prefix = length_prefix(json.size());
  std::ofstream(path, std::ios::binary) << std::string(prefix.begin(), prefix.end()) << json << "data";
  EXPECT_EQ(read_safetensors_header(path).tensors.at(0).offset, 8 + json.size());
  EXPECT_THAT(error_of([&] { read_safetensors_header(path + ".none"); }), HasSubstr("no such file"));
  EXPECT_THAT(error_of([&] { read_safetensors_header(folder.path()); }), HasSubstr("not a regular file"));
}

TEST(PrintableName, KeepsMessagesToOneLine) {
  EXPECT_EQ(printable_name("blocks.0.attn.qkv.weight"), "blocks.0.attn.qkv.weight");
  EXPECT_EQ(printable_name("a\n\x1b[31mb"), "a\\n\\u001b[31mb");
  EXPECT_LT(printable_name(std::string(10'000, 'x')).size(), 200U);
  EXPECT_THAT(error_of([] { parse(R"({"a\nb":1})", 0); }), HasSubstr("tensor 'a\\nb' is an integer"));
}

}  // namespace
}  // namespace vitrobust::models
