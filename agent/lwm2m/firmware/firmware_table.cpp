// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "agent/lwm2m/firmware/firmware_update.hpp"

/// The part of FirmwareUpdate that is data (LwM2M Core appendix E.6, figure and results).
namespace causeway::lwm2m {

// What has no row is refused with 4.05 when a server asks for it, and else ignored.
struct FirmwareUpdate::Table
{
    using U = FirmwareUpdate;
    using R = FirmwareResult;
    // clang-format off
    static constexpr std::array rows{
        // Nobody knows how far an update came that ended with this process: the server decides.
        Transition{State::Idle,        Event::Restarted,          State::Idle,        {},                    &U::discard},
        Transition{State::Downloading, Event::Restarted,          State::Idle,        R::ConnectionLost,     &U::discard},
        // Goes on where it was, see PackagePull.
        Transition{State::Fetching,    Event::Restarted,          State::Fetching,    {},                    &U::fetch},
        Transition{State::Downloaded,  Event::Restarted,          State::Downloaded,  {},                    &U::lookForPackage},
        Transition{State::Updating,    Event::Restarted,          State::Downloaded,  R::UpdateFailed,       &U::lookForPackage},
        Transition{State::Idle,        Event::PackageBegan,       State::Downloading, R::Initial,            &U::begin},
        Transition{State::Idle,        Event::PackageTooLarge,    State::Idle,        R::NoStorage,          &U::nothing},
        Transition{State::Idle,        Event::UriMalformed,       State::Idle,        R::InvalidUri,         &U::nothing},
        Transition{State::Idle,        Event::UriUnsupported,     State::Idle,        R::UnsupportedProtocol, &U::nothing},
        Transition{State::Idle,        Event::UriWritten,         State::Fetching,    R::Initial,            &U::fetch},
        Transition{State::Idle,        Event::ResetAsked,         State::Idle,        R::Initial,            &U::discard},
        Transition{State::Idle,        Event::CancelAsked,        State::Idle,        R::Cancelled,          &U::discard},
        // A server whose transfer broke begins again (RFC 7959 §2.5).
        Transition{State::Downloading, Event::PackageBegan,       State::Downloading, R::Initial,            &U::begin},
        Transition{State::Downloading, Event::PackageTooLarge,    State::Idle,        R::NoStorage,          &U::discard},
        Transition{State::Downloading, Event::Abandoned,          State::Idle,        R::ConnectionLost,     &U::discard},
        Transition{State::Downloading, Event::Stored,             State::Whole,       R::Initial,            &U::nothing},
        Transition{State::Downloading, Event::StoredUnchecked,    State::Checking,    R::Initial,            &U::check},
        Transition{State::Downloading, Event::ResetAsked,         State::Idle,        R::Initial,            &U::discard},
        Transition{State::Downloading, Event::CancelAsked,        State::Idle,        R::Cancelled,          &U::discard},
        Transition{State::Fetching,    Event::PackageTooLarge,    State::Idle,        R::NoStorage,          &U::discard},
        Transition{State::Fetching,    Event::Abandoned,          State::Idle,        R::ConnectionLost,     &U::discard},
        Transition{State::Fetching,    Event::PackageBroken,      State::Idle,        R::IntegrityFailure,   &U::discard},
        Transition{State::Fetching,    Event::RepositoryMissing,  State::Idle,        R::InvalidUri,         &U::discard},
        Transition{State::Fetching,    Event::RepositoryUnsupported, State::Idle,     R::UnsupportedProtocol, &U::discard},
        Transition{State::Fetching,    Event::Stored,             State::Whole,       R::Initial,            &U::nothing},
        Transition{State::Fetching,    Event::StoredUnchecked,    State::Checking,    R::Initial,            &U::check},
        Transition{State::Fetching,    Event::ResetAsked,         State::Idle,        R::Initial,            &U::discard},
        Transition{State::Fetching,    Event::CancelAsked,        State::Idle,        R::Cancelled,          &U::discard},
        Transition{State::Checking,    Event::CheckPassed,        State::Whole,       R::Initial,            &U::nothing},
        Transition{State::Checking,    Event::CheckFailed,        State::Idle,        R::IntegrityFailure,   &U::discard},
        // No Result says it better: none is for a client that fails, and the package need not be bad.
        Transition{State::Checking,    Event::CheckImpossible,    State::Idle,        R::UpdateFailed,       &U::discard},
        Transition{State::Checking,    Event::PackageUnsupported, State::Idle,        R::UnsupportedPackage, &U::discard},
        Transition{State::Checking,    Event::ResetAsked,         State::Idle,        R::Initial,            &U::discard},
        Transition{State::Checking,    Event::CancelAsked,        State::Idle,        R::Cancelled,          &U::discard},
        Transition{State::Whole,       Event::Kept,               State::Downloaded,  {},                    &U::nothing},
        // A server that has its 2.04 need not look at the state.
        Transition{State::Whole,       Event::UpdateAsked,        State::UpdateDue,   R::Initial,            &U::nothing},
        Transition{State::Whole,       Event::ResetAsked,         State::Idle,        R::Initial,            &U::discard},
        Transition{State::Whole,       Event::CancelAsked,        State::Idle,        R::Cancelled,          &U::discard},
        Transition{State::Downloaded,  Event::UpdateAsked,        State::UpdateDue,   R::Initial,            &U::nothing},
        Transition{State::Downloaded,  Event::PackageMissing,     State::Idle,        {},                    &U::discard},
        Transition{State::Downloaded,  Event::ResetAsked,         State::Idle,        R::Initial,            &U::discard},
        Transition{State::Downloaded,  Event::CancelAsked,        State::Idle,        R::Cancelled,          &U::discard},
        // The program runs also when that cannot be kept, see PackageUpdate::onKept().
        Transition{State::UpdateDue,   Event::Kept,               State::Updating,    {},                    &U::runInstall},
        Transition{State::Updating,    Event::Installed,          State::Updated,     {},                    &U::nothing},
        // ETS 779: the package stays, and the server may try again.
        Transition{State::Updating,    Event::InstallFailed,      State::Downloaded,  R::UpdateFailed,       &U::lookForPackage},
        Transition{State::Updated,     Event::Kept,               State::Idle,        R::Success,            &U::discard},
    };
    // clang-format on
};

std::span<const FirmwareUpdate::Transition> FirmwareUpdate::transitions()
{
    return Table::rows;
}

} // namespace causeway::lwm2m
