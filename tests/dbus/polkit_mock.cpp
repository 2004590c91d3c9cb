// SPDX-License-Identifier: Apache-2.0
#include "tests/dbus/polkit_mock.hpp"

namespace causeway::tests {

PolkitMock::PolkitMock(base::EventLoop& loop, const std::string& address)
    : bus_(loop, address, {})
    , authority_(sdbus::createObject(bus_.connection(),
                                     sdbus::ObjectPath{"/org/freedesktop/PolicyKit1/Authority"}))
{
    const auto check = [this](sdbus::Result<Verdict>&& result,
                              const Subject& subject,
                              const std::string& action,
                              const std::map<std::string, std::string>&,
                              std::uint32_t flags,
                              const std::string&) {
        questions.push_back({action,
                             subject.get<0>(),
                             subject.get<1>().at("name").get<std::string>(),
                             (flags & 1U) != 0});
        if (answer == Answer::Silence)
            waiting_.push_back(std::move(result));
        else
            reply(result, answer);
    };
    const char* const interface = "org.freedesktop.PolicyKit1.Authority";
#if CAUSEWAY_SDBUS_2
    authority_->addVTable(sdbus::registerMethod("CheckAuthorization").implementedAs(check))
        .forInterface(interface);
#else
    authority_->registerMethod("CheckAuthorization").onInterface(interface).implementedAs(check);
    authority_->finishRegistration();
#endif
    bus_.requestName("org.freedesktop.PolicyKit1");
}

void PolkitMock::answerAll(Answer late)
{
    for (const auto& result : waiting_)
        reply(result, late);
    waiting_.clear();
}

void PolkitMock::vanish()
{
    bus_.connection().releaseName(bus::ServiceName{"org.freedesktop.PolicyKit1"});
}

void PolkitMock::comeBack()
{
    bus_.requestName("org.freedesktop.PolicyKit1");
}

void PolkitMock::reply(const sdbus::Result<Verdict>& result, Answer with) const
{
    result.returnResults(Verdict(with == Answer::Yes, with == Answer::Challenge, {}));
}

} // namespace causeway::tests
