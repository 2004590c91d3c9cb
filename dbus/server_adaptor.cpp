// SPDX-License-Identifier: Apache-2.0
#include "dbus/server_adaptor.hpp"

#include "dbus/credential_csv.hpp"
#include "dbus/secret_file.hpp"
#include "dbus/settings_dict.hpp"

namespace causeway::dbus {

namespace {

api::CredentialLists::CountDone tellCount(Answer<std::uint32_t> answer)
{
    return [answer = std::move(answer)](const base::Expected<std::uint32_t>& count) mutable {
        if (!count)
            return answer.fail(count.error());
        answer.succeed(*count);
    };
}

base::Expected<std::vector<api::ListedCredential>> receive(const sdbus::UnixFd& list)
{
    const auto text = readSecretFile(list.get(), mostListOctets);
    if (!text)
        return base::fail(text.error());
    return readCredentialList(base::asText(text->view()));
}

} // namespace

ServerAdaptor::ServerAdaptor(const Context& context, std::string name)
    : ExportedObject(context, Kind::Server, std::move(name))
{}

void ServerAdaptor::Change(sdbus::Result<>&& result, Dictionary settings)
{
    admit(
        std::move(result), Action::Manage, [this, settings = std::move(settings)](Answer<> answer) {
            const auto now = context_.control.server(name_);
            const auto then = now ? changed(now->settings, settings) : base::fail(now.error());
            if (!then)
                return answer.fail(then.error());
            answer.changes(toDictionary(now->settings), toDictionary(*then));
            context_.control.changeServer(*then, confirm(std::move(answer)));
        });
}

void ServerAdaptor::Remove(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.removeServer(name_, confirm(std::move(answer)));
    });
}

void ServerAdaptor::ImportCredentials(sdbus::Result<std::uint32_t>&& result, sdbus::UnixFd list)
{
    admit(std::move(result),
          Action::Credentials,
          [this, list = std::move(list)](Answer<std::uint32_t> answer) {
              auto rows = receive(list);
              if (!rows)
                  return answer.fail(rows.error());
              context_.lists.importAll(name_, std::move(*rows), tellCount(std::move(answer)));
          });
}

void ServerAdaptor::GenerateCredentials(sdbus::Result<std::uint32_t>&& result)
{
    admit(std::move(result), Action::Credentials, [this](Answer<std::uint32_t> answer) {
        context_.lists.generateMissing(name_, tellCount(std::move(answer)));
    });
}

void ServerAdaptor::ExportCredentials(ListResult&& result, std::string format)
{
    using ListAnswer = Answer<sdbus::UnixFd, std::uint32_t>;
    admit(std::move(result), Action::Export, [this, format](ListAnswer answer) {
        // Before the export, which works only once.
        const auto known = listFormatOf(format);
        if (!known)
            return answer.fail(known.error());
        auto reserved = reserveSecretFile();
        if (!reserved)
            return answer.fail(reserved.error());
        context_.lists.exportAll(
            name_,
            [format = *known,
             uri = status().settings.uri,
             reserved = std::move(*reserved),
             answer = std::move(answer)](
                const base::Expected<std::vector<api::ListedCredential>>& list) mutable {
                if (!list)
                    return answer.fail(list.error());
                auto file = fillSecretFile(std::move(reserved),
                                           writeCredentialList(*list, format, uri).view());
                if (!file)
                    return answer.fail(file.error());
                answer.succeed(sdbus::UnixFd(file->release(), sdbus::adopt_fd),
                               static_cast<std::uint32_t>(list->size()));
            });
    });
}

std::string ServerAdaptor::Name()
{
    return name_;
}

Dictionary ServerAdaptor::Settings()
{
    return toDictionary(status().settings);
}

std::vector<std::string> ServerAdaptor::Devices()
{
    return status().devices;
}

std::uint32_t ServerAdaptor::Registered()
{
    return status().registered;
}

const api::ServerStatus& ServerAdaptor::status() const
{
    return context_.status.server(name_);
}

} // namespace causeway::dbus
