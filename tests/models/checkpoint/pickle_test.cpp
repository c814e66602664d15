#include <gmock/gmock.h>

#include <ctime>
#include <limits>

#include "checkpoint_testing.h"
#include "core/error.h"
#include "models/checkpoint/pickle_machine.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

const std::string kTensor = pickled_tensor(pickled_storage(4), 0, {4}, {1});

/// What the opening of a torch zip with this pickle says.
std::string error_of_pickle(const std::string& pickle) {
  return error_of(torch_zip(pickle));
}

struct Malformed {
  const char* name;
  std::string pickle;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Malformed& test) {
  return stream << test.name;
}

class MalformedPickle : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedPickle, IsRefusedByName) {
  const std::string error = error_of_pickle(GetParam().pickle);
  EXPECT_THAT(error, HasSubstr("error: m.pth: "));
  EXPECT_THAT(error, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Opcode, MalformedPickle,
    testing::Values(
        Malformed{"Empty", "", "its pickle is truncated at byte"},
        Malformed{"NoStop", "\x80\x02}", "is truncated"},
        Malformed{"Protocol", "\x80\x06}.", "is of protocol 6"},
        Malformed{"Unknown", "\x80\x02\xff.", "has an opcode that is not known"},
        Malformed{"Protocol0", "(dp0\n.", "is of protocol 0 or 1"},
        Malformed{"StopOnNothing", "\x80\x02.", "takes a value that is not there"},
        Malformed{"PopNothing",
                  "\x80\x02"
                  "0.",
                  "takes a value that is not there"},
        Malformed{"PopBelowMark", "\x80\x02N(\x85.", "takes a value that is not there"},
        Malformed{"TupleWithoutMark", "\x80\x02Nt.", "lacks a mark"},
        Malformed{"AppendsWithoutMark", "\x80\x02]Ne.", "lacks a mark"},
        Malformed{"AppendToNumber", "\x80\x02K\x01Na.", "appends to something that is no list"},
        Malformed{"SetItemOfNumber", "\x80\x02K\x01NNs.", "sets an item of something that is no dict"},
        Malformed{"KeyWithoutValue", "\x80\x02}(Nu.", "has a key without a value"},
        Malformed{"MemoWithoutValue", "\x80\x02q\x01.", "takes a value that is not there"},
        Malformed{"RecallUnknown", "\x80\x02h\x07.", "recalls what it has not memorized"},
        Malformed{"GlobalWithoutEnd",
                  "\x80\x02"
                  "ctorch",
                  "has a line without an end"},
        Malformed{"GlobalTooLong",
                  "\x80\x02"
                  "c" +
                      std::string(5000, 'x') + "\nname\n.",
                  "has a line without an end"},
        Malformed{"GlobalOfNumbers", "\x80\x02K\x01K\x02\x93.", "names a class by something that is no text"},
        Malformed{"ArgumentsNoTuple",
                  "\x80\x02"
                  "cos\nsystem\nNR.",
                  "with arguments that are no tuple"},
        Malformed{"ObjectOfNothing", "\x80\x02(o.", "takes a value that is not there"},
        Malformed{"OutOfBandBuffer", "\x80\x05\x97.", "needs buffers from outside"},
        Malformed{"Latin1",
                  "\x80\x02"
                  "c_codecs\nencode\n" +
                      pickled("\xe2\x82\xac") + pickled("latin1") + "\x86R.",
                  "has bytes that are not latin1"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Length, MalformedPickle,
    testing::Values(Malformed{"Text", "\x80\x02X\xff\xff\xff\xff", "is truncated"},
                    Malformed{"Text8", "\x80\x04\x8d" + little(~0ULL, 8), "is truncated"},
                    Malformed{"Bytes8", "\x80\x04\x8e" + little(1ULL << 62, 8), "is truncated"},
                    Malformed{"Bytearray8", "\x80\x05\x96" + little(1ULL << 40, 8), "is truncated"},
                    Malformed{"Long4OfGigabytes", "\x80\x02\x8b" + little(0x7fff'ffff, 4), "is truncated"},
                    Malformed{"Long1", "\x80\x02\x8a\xff", "is truncated"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    PersistentId, MalformedPickle,
    testing::Values(
        Malformed{"NoTuple", "\x80\x02K\x01Q.", "has a persistent id that is no storage's"},
        Malformed{"EmptyTuple", "\x80\x02)Q.", "has a persistent id that is no storage's"},
        Malformed{"OtherKind", "\x80\x02(" + pickled("other") + "NNNNtQ.",
                  "has a persistent id that is no storage's"},
        Malformed{"TooShort", "\x80\x02(" + pickled("storage") + "NNtQ.",
                  "has a persistent id that is no storage's"},
        Malformed{"NoKey", "\x80\x02(" + pickled("storage") + "ctorch\nFloatStorage\nK\x01NK\x01tQ.",
                  "has a storage without a key"},
        Malformed{"NegativeSize", pickled_item("w", pickled_storage(-1)),
                  "has a storage without a size that could be"},
        Malformed{"SizeOverflows", pickled_item("w", pickled_storage(std::int64_t{1} << 62)),
                  "without a size that could be"},
        Malformed{"SizeIsText",
                  "\x80\x02(" + pickled("storage") + "ctorch\nFloatStorage\n" + pickled("0") + "NNtQ.",
                  "without a size that could be"},
        Malformed{"TwoSizes", "\x80\x02" + pickled_storage(4) + pickled_storage(5) + "\x86.",
                  "storage '0' has 16 bytes and, elsewhere in the pickle, 20"}),
    [](const auto& test) { return std::string(test.param.name); });

constexpr std::int64_t kHuge = std::int64_t{1} << 62;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::string tensor_item(std::int64_t offset, const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides) {
  return pickled_item("w", pickled_tensor(pickled_storage(4), offset, shape, strides));
}

INSTANTIATE_TEST_SUITE_P(
    Tensor, MalformedPickle,
    testing::Values(
        Malformed{"TooLong", tensor_item(0, {5}, {1}),
                  "tensor 'w' of shape [5] needs bytes 0 to 20 of a storage of 16"},
        Malformed{"OffsetTooFar", tensor_item(1, {4}, {1}), "needs bytes 4 to 20 of a storage of 16"},
        Malformed{"StrideTooFar", tensor_item(0, {2, 2}, {3, 1}), "needs bytes 0 to 20 of a storage of 16"},
        Malformed{"NegativeOffset", tensor_item(-1, {4}, {1}), "begins at -1"},
        Malformed{"OffsetOverflows", tensor_item(kMost, {1}, {1}), "larger than any memory"},
        Malformed{"NegativeSize", tensor_item(0, {-4}, {1}), "has a negative size in its shape [-4]"},
        Malformed{"NegativeStride", tensor_item(3, {4}, {-1}), "has a negative stride in [-1]"},
        Malformed{"ElementsOf2To63", tensor_item(0, {kMost}, {1}), "larger than any memory"},
        Malformed{"ShapeOverflows", tensor_item(0, {kHuge, kHuge}, {1, 1}), "larger than any memory"},
        Malformed{"OverflowBehindZero", tensor_item(0, {0, kHuge, 8}, {1, 1, 1}), "larger than any memory"},
        Malformed{"StrideOverflows", tensor_item(0, {3, 1}, {kMost, 1}), "larger than any memory"},
        Malformed{"StridesAddUp", tensor_item(0, {2, 2, 2}, {kHuge, kHuge, kHuge}), "larger than any memory"},
        Malformed{"FewerStrides", tensor_item(0, {2, 2}, {2}),
                  "has an offset, a shape or strides that are malformed"},
        Malformed{"TooManyDimensions",
                  tensor_item(0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1)),
                  "has 65 dimensions"},
        Malformed{"RepeatsTooMuch", tensor_item(0, {1 << 30}, {0}),
                  "repeats 4 bytes until they are 4294967296"},
        Malformed{"OffsetIsText",
                  replaced(pickled_item("w", kTensor), "tQ" + pickled(0), "tQ" + pickled("0")),
                  "has an offset, a shape or strides that are malformed"},
        Malformed{"NoStorage", pickled_item("w", pickled_tensor(pickled_storage(4, "9"), 0, {4}, {1})),
                  "has no storage '9'"},
        Malformed{"StorageTooLong", pickled_item("w", pickled_tensor(pickled_storage(5), 0, {4}, {1})),
                  "storage '0' has 16 bytes, its pickle says 20"},
        Malformed{"TwoOfOneName", "\x80\x02}" + pickled("w") + kTensor + "s" + pickled("w") + kTensor + "s.",
                  "has two tensors named 'w'"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Pickle, EveryBeginningIsAnError) {
  const std::string pickle = pickled_item("w", kTensor);
  EXPECT_EQ(error_of_pickle(pickle), "no error");
  for (std::size_t length = 0; length < pickle.size(); ++length)
    EXPECT_THAT(error_of_pickle(pickle.substr(0, length)), HasSubstr("error: m.pth: ")) << length;
}

TEST(Pickle, NothingOfAFileRuns) {
  // os.system('touch /tmp/…') where a weight should be, and beside it.
  const std::string harm = "cos\nsystem\n" + pickled("false") + "\x85R";
  EXPECT_THAT(error_of_pickle(pickled_item("w", harm)),
              HasSubstr("'w' is an object of os.system, which is not read"));
  const TensorCatalogue catalogue =
      open_bytes(torch_zip("\x80\x02}" + pickled("w") + kTensor + "s" + pickled("x") + harm + "s."));
  EXPECT_EQ(catalogue.tensors.size(), 1U);
  EXPECT_EQ(catalogue.unreadable.at("x"), "is an object of os.system, which is not read");
}

TEST(Pickle, NumbersAreReadAsWritten) {
  const auto number = [](const std::string& opcodes) {
    const auto source = make_memory_source("p", bytes_of(opcodes + "."));
    PickleArena arena;
    PickleInput input(*source, 0, source->size());
    return *integer_of(run_pickle(input, arena, [](PickleRef id) { return id; }));
  };
  EXPECT_EQ(number("K\xff"), 255);
  EXPECT_EQ(number("M\xff\xff"), 65535);
  EXPECT_EQ(number("J\xff\xff\xff\xff"), -1);
  EXPECT_EQ(number("\x8a\0"s), 0);
  EXPECT_EQ(number("\x8a\x01\x80"), -128);
  EXPECT_EQ(number("\x8a\x02\x80\0"s), 128);
  EXPECT_EQ(number("\x8b\x08\0\0\0\0\0\0\0\0\0\0\x80"s), std::numeric_limits<std::int64_t>::min());
}

/// Seconds of the processor's that opening takes, which may fail or not: other processes' do not count.
double seconds_of(const std::string& pickle) {
  const std::clock_t start = std::clock();
  const std::string error = error_of_pickle(pickle);
  EXPECT_TRUE(error == "no error" || error.starts_with("error: m.pth: ")) << error;
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// Each would take all memory or time of a reader that copies, recurses or follows every path.
TEST(Pickle, BombsAreHarmless) {
  std::string doubling = "\x80\x02}" + pickled("w") + kTensor + "sq\x01";  // 2^200 paths to one tensor
  for (int i = 0; i < 200; ++i) doubling += "0}" + pickled("a") + "h\x01s" + pickled("b") + "h\x01sq\x01";
  EXPECT_LT(seconds_of(doubling + "."), 10);

  const std::string deep = "\x80\x02" + std::string(1'000'000, ']') + std::string(999'999, 'a') + ".";
  EXPECT_LT(seconds_of(deep), 60);
  std::string dicts = "\x80\x02}" + pickled("w") + kTensor + "s";
  dicts += "q\x01";
  for (int i = 0; i < 100'000; ++i) dicts += "}U\x01xh\x01sq\x01";
  EXPECT_THAT(error_of_pickle(dicts + "."), HasSubstr("lie more than 64 deep in each other"));

  // A dict of pairs that is copied again and again.
  std::string copies = "\x80\x02]q\x01(";
  for (int i = 0; i < 1000; ++i) copies += "NN\x86";
  copies += "e";
  for (int i = 0; i < 100'000; ++i) copies += "ccollections\nOrderedDict\nh\x01\x85R0";
  EXPECT_THAT(error_of_pickle(copies + "."), HasSubstr("objects, as no checkpoint does"));

  // Long names that would be repeated for every tensor.
  const std::string name(1'000'000, 'n');
  std::string long_names = "\x80\x02}" + pickled(name) + "}";
  for (int i = 0; i < 10'000; ++i) long_names += "K\x01}s";
  EXPECT_LT(seconds_of(long_names + "s."), 10);
  EXPECT_THAT(error_of_pickle(pickled_item(name, kTensor)), HasSubstr("name is longer than 1024 bytes"));
  EXPECT_THAT(error_of_pickle("\x80\x02" + pickled_storage(4, name) + "."),
              HasSubstr("has a storage without a key"));

  // One large dict that is met again and again.
  std::string often = "\x80\x02}(";
  for (int i = 0; i < 200'000; ++i) often += "NN";
  often +=
      "uq\x01"
      "0}";
  for (int i = 0; i < 200'000; ++i) often += "U\x01xh\x01s";
  EXPECT_LT(seconds_of(often + "."), 10);

  std::string circle = "\x80\x02}q\x01" + pickled("me") + "h\x01s" + pickled("model") + "h\x01s.";
  EXPECT_THAT(error_of_pickle(circle), HasSubstr("holds no tensors"));
}

}  // namespace
}  // namespace vitrobust::models
