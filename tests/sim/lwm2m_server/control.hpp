// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <string>
#include <vector>

#include <poll.h>

namespace causeway::sim {

/// Lines in from standard input and the connections of a Unix socket, lines out to them.
class Control
{
public:
    /// One who gives commands. Stays valid until the Control goes; writes to the gone are dropped.
    struct Caller
    {
        int in = -1;
        int out = -1;
        std::string received;
        void write(const std::string& line) const;
    };

    using OnLine = std::function<void(Caller&, const std::string&)>;

    Control(bool readsStandardInput, const std::string& socketPath, OnLine onLine);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    void addTo(std::vector<pollfd>& watched) const;
    void process(const std::vector<pollfd>& watched);

    /// To standard output and to every connection.
    void tellAll(const std::string& line) const;

    /// Standard input has ended: whoever started us has gone.
    [[nodiscard]] bool hasEnded() const { return hasEnded_; }

private:
    void accept();
    void read(Caller& caller);

    OnLine onLine_;
    std::string socketPath_;
    int listener_ = -1;
    std::list<Caller> callers_;
    bool hasEnded_ = false;
};

} // namespace causeway::sim
