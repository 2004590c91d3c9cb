// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <new>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"
#include "tests/fakes/clear_sealer.hpp"

namespace causeway::tests {

/// A sealer's switch that outlives the process that uses it, as a TPM outlives the daemon: what it
/// counts goes on after a kill. In a mapped file, of which every process has the same memory.
class SharedSwitch
{
public:
    using Switch = fakes::ClearSealer::Switch;
    static_assert(
        std::atomic<std::uint64_t>::is_always_lock_free); // a lock would die with its owner

    /// Makes a new one of a file that is not there yet; its counter has the value 1.
    explicit SharedSwitch(const std::filesystem::path& file)
    {
        const bool isNew = !std::filesystem::exists(file);
        const base::UniqueFd opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (opened.get() < 0 || ::ftruncate(opened.get(), sizeof(Switch)) != 0)
            throw std::runtime_error("cannot make " + file.string());
        void* const memory =
            ::mmap(nullptr, sizeof(Switch), PROT_READ | PROT_WRITE, MAP_SHARED, opened.get(), 0);
        if (memory == MAP_FAILED)
            throw std::runtime_error("cannot map " + file.string());
        switch_ = isNew ? new (memory) Switch : std::launder(static_cast<Switch*>(memory));
        if (isNew)
            switch_->counter = 1;
    }

    ~SharedSwitch() { ::munmap(switch_, sizeof(Switch)); }

    SharedSwitch(const SharedSwitch&) = delete;
    SharedSwitch& operator=(const SharedSwitch&) = delete;

    [[nodiscard]] Switch& get() { return *switch_; }

private:
    Switch* switch_ = nullptr;
};

} // namespace causeway::tests
