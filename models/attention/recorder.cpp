#include "models/attention/recorder.h"

namespace vitrobust::models {
namespace {

thread_local std::vector<at::Tensor>* recorded = nullptr;

}  // namespace

AttentionRecorder::AttentionRecorder(std::vector<at::Tensor>& maps) : before_(recorded) {
  recorded = &maps;
}

AttentionRecorder::~AttentionRecorder() {
  recorded = before_;
}

std::vector<at::Tensor>* AttentionRecorder::current() {
  return recorded;
}

}  // namespace vitrobust::models
