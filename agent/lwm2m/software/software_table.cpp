// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "agent/lwm2m/software/software_update.hpp"

/// The part of SoftwareUpdate that is data (OMA-TS-LWM2M_SwMgmt 1.0.3 §5.1.2 and /9/x/9).
namespace causeway::lwm2m {

// What has no row is refused with 4.05 when a server asks for it, and else ignored.
struct SoftwareUpdate::Table
{
    using U = SoftwareUpdate;
    using R = SoftwareResult;
    // clang-format off
    static constexpr std::array rows{
        // Nobody knows how far a program came that ended with this process: the server decides.
        Transition{State::Initial,      Event::Restarted,          State::Initial,      {},                    &U::discard},
        Transition{State::Downloading,  Event::Restarted,          State::Initial,      R::ConnectionLost,     &U::discard},
        // Goes on where it was, see PackagePull.
        Transition{State::Fetching,     Event::Restarted,          State::Fetching,     {},                    &U::fetch},
        Transition{State::Delivered,    Event::Restarted,          State::Delivered,    {},                    &U::lookForPackage},
        Transition{State::Installing,   Event::Restarted,          State::Delivered,    R::InstallFailed,      &U::lookForPackage},
        Transition{State::Installed,    Event::Restarted,          State::Installed,    {},                    &U::discard},
        Transition{State::Uninstalling, Event::Restarted,          State::Installed,    R::UninstallFailed,    &U::discard},
        Transition{State::Initial,      Event::PackageBegan,       State::Downloading,  R::Downloading,        &U::begin},
        Transition{State::Initial,      Event::PackageTooLarge,    State::Initial,      R::NoStorage,          &U::nothing},
        Transition{State::Initial,      Event::UriMalformed,       State::Initial,      R::InvalidUri,         &U::nothing},
        // No Result says it better.
        Transition{State::Initial,      Event::UriUnsupported,     State::Initial,      R::InvalidUri,         &U::nothing},
        Transition{State::Initial,      Event::UriWritten,         State::Fetching,     R::Downloading,        &U::fetch},
        Transition{State::Initial,      Event::ResetAsked,         State::Initial,      R::Initial,            &U::discard},
        Transition{State::Initial,      Event::UninstallAsked,     State::UninstallDue, R::Initial,            &U::nothing},
        // A server whose transfer broke begins again (RFC 7959 §2.5).
        Transition{State::Downloading,  Event::PackageBegan,       State::Downloading,  R::Downloading,        &U::begin},
        Transition{State::Downloading,  Event::PackageTooLarge,    State::Initial,      R::NoStorage,          &U::discard},
        Transition{State::Downloading,  Event::Abandoned,          State::Initial,      R::ConnectionLost,     &U::discard},
        Transition{State::Downloading,  Event::Stored,             State::Whole,        {},                    &U::nothing},
        Transition{State::Downloading,  Event::StoredUnchecked,    State::Checking,     {},                    &U::check},
        Transition{State::Downloading,  Event::ResetAsked,         State::Initial,      R::Initial,            &U::discard},
        Transition{State::Downloading,  Event::DiscardAsked,       State::Initial,      R::Initial,            &U::discard},
        Transition{State::Downloading,  Event::UninstallAsked,     State::UninstallDue, R::Initial,            &U::nothing},
        Transition{State::Fetching,     Event::PackageTooLarge,    State::Initial,      R::NoStorage,          &U::discard},
        Transition{State::Fetching,     Event::Abandoned,          State::Initial,      R::ConnectionLost,     &U::discard},
        Transition{State::Fetching,     Event::PackageBroken,      State::Initial,      R::IntegrityFailure,   &U::discard},
        Transition{State::Fetching,     Event::RepositoryMissing,  State::Initial,      R::InvalidUri,         &U::discard},
        Transition{State::Fetching,     Event::RepositoryUnsupported, State::Initial,   R::InvalidUri,         &U::discard},
        Transition{State::Fetching,     Event::Stored,             State::Whole,        {},                    &U::nothing},
        Transition{State::Fetching,     Event::StoredUnchecked,    State::Checking,     {},                    &U::check},
        Transition{State::Fetching,     Event::ResetAsked,         State::Initial,      R::Initial,            &U::discard},
        Transition{State::Fetching,     Event::DiscardAsked,       State::Initial,      R::Initial,            &U::discard},
        Transition{State::Fetching,     Event::UninstallAsked,     State::UninstallDue, R::Initial,            &U::nothing},
        Transition{State::Checking,     Event::CheckPassed,        State::Whole,        {},                    &U::nothing},
        Transition{State::Checking,     Event::CheckFailed,        State::Initial,      R::IntegrityFailure,   &U::discard},
        Transition{State::Checking,     Event::CheckImpossible,    State::Initial,      R::DeviceError,        &U::discard},
        Transition{State::Checking,     Event::PackageUnsupported, State::Initial,      R::UnsupportedPackage, &U::discard},
        Transition{State::Checking,     Event::ResetAsked,         State::Initial,      R::Initial,            &U::discard},
        Transition{State::Checking,     Event::DiscardAsked,       State::Initial,      R::Initial,            &U::discard},
        Transition{State::Checking,     Event::UninstallAsked,     State::UninstallDue, R::Initial,            &U::nothing},
        Transition{State::Whole,        Event::Kept,               State::Delivered,    R::Delivered,          &U::nothing},
        // A server that has its 2.04 need not look at the state.
        Transition{State::Whole,        Event::UpdateAsked,        State::InstallDue,   R::Delivered,          &U::nothing},
        Transition{State::Whole,        Event::ResetAsked,         State::Initial,      R::Initial,            &U::discard},
        Transition{State::Whole,        Event::DiscardAsked,       State::Initial,      R::Initial,            &U::discard},
        Transition{State::Whole,        Event::UninstallAsked,     State::UninstallDue, R::Initial,            &U::nothing},
        Transition{State::Delivered,    Event::UpdateAsked,        State::InstallDue,   R::Delivered,          &U::nothing},
        Transition{State::Delivered,    Event::PackageMissing,     State::Initial,      R::DeviceError,        &U::discard},
        Transition{State::Delivered,    Event::ResetAsked,         State::Initial,      R::Initial,            &U::discard},
        Transition{State::Delivered,    Event::DiscardAsked,       State::Initial,      R::Initial,            &U::discard},
        Transition{State::Delivered,    Event::UninstallAsked,     State::UninstallDue, R::Initial,            &U::nothing},
        // A program runs also when that cannot be kept, see PackageUpdate::onKept().
        Transition{State::InstallDue,   Event::Kept,               State::Installing,   {},                    &U::runInstall},
        Transition{State::UninstallDue, Event::Kept,               State::Uninstalling, {},                    &U::runUninstall},
        Transition{State::Installing,   Event::Installed,          State::Placed,       {},                    &U::place},
        // "If executing the Install Resource failed, the state remains at DELIVERED" (/9/x/7).
        Transition{State::Installing,   Event::InstallFailed,      State::Delivered,    R::InstallFailed,      &U::lookForPackage},
        Transition{State::Placed,       Event::Kept,               State::Installed,    R::Installed,          &U::discard},
        Transition{State::Installed,    Event::UninstallAsked,     State::UninstallDue, {},                    &U::nothing},
        Transition{State::Installed,    Event::UpgradeAsked,       State::Initial,      R::Initial,            &U::makeRoom},
        Transition{State::Installed,    Event::ActivateAsked,      State::Activating,   {},                    &U::runActivate},
        Transition{State::Installed,    Event::DeactivateAsked,    State::Deactivating, {},                    &U::runDeactivate},
        // A factory reset takes the package and leaves the software.
        Transition{State::Initial,      Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Downloading,  Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Fetching,     Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Checking,     Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Whole,        Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Delivered,    Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Installed,    Event::UpgradeDropped,     State::Installed,    R::Installed,          &U::discard},
        Transition{State::Uninstalling, Event::Uninstalled,        State::Removed,      {},                    &U::remove},
        Transition{State::Uninstalling, Event::UninstallFailed,    State::Installed,    R::UninstallFailed,    &U::nothing},
        Transition{State::Removed,      Event::Kept,               State::Initial,      R::Initial,            &U::nothing},
        Transition{State::Activating,   Event::Switched,           State::Toggled,      {},                    &U::toggle},
        Transition{State::Activating,   Event::SwitchFailed,       State::Installed,    {},                    &U::nothing},
        Transition{State::Deactivating, Event::Switched,           State::Toggled,      {},                    &U::toggle},
        Transition{State::Deactivating, Event::SwitchFailed,       State::Installed,    {},                    &U::nothing},
        Transition{State::Toggled,      Event::Kept,               State::Installed,    {},                    &U::answerSwitch},
        Transition{State::Toggled,      Event::NotKept,            State::Installed,    {},                    &U::takeBackSwitch},
    };
    // clang-format on
};

std::span<const SoftwareUpdate::Transition> SoftwareUpdate::transitions()
{
    return Table::rows;
}

} // namespace causeway::lwm2m
