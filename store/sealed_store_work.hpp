// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "store/attempt.hpp"
#include "store/database_file.hpp"
#include "store/sealed_store.hpp"
#include "store/sealer.hpp"
#include "store/stored_inventory.hpp"
#include "store/vault.hpp"

/// SealedStore's way to its workers and back; for its own .cpp files.
namespace causeway::store {

using base::Expected;

/// What the worker works on.
struct SealedStore::Shelf
{
    explicit Shelf(const std::filesystem::path& directory)
        : database(openDatabase(directory))
        , inventory(*database)
        , vault(*database)
    {}

    std::unique_ptr<Database> database;
    StoredInventory inventory;
    Vault vault;
};

/// The sealer's worker's door.
template <typename T, typename Work>
Sealed<T> sealOrSayWhy(Work work)
{
    try {
        return work();
    } catch (const std::exception& error) {
        return tl::unexpected<SealerFault>({error.what(), "report this as a fault of the program"});
    }
}

template <typename T, typename Callback, typename Work>
void SealedStore::run(Callback done, Work work)
{
    auto deliver = lifetime_.guard(
        [done = std::move(done)](Expected<T> result) mutable { done(std::move(result)); });
    worker_.post([&main = main_,
                  &shelf = *shelf_,
                  work = std::move(work),
                  deliver = std::move(deliver)]() mutable {
        auto bound = [&]() -> Expected<T> {
            return work(shelf);
        };
        auto result = attempt<T>(bound);
        main.post([deliver = std::move(deliver), result = std::move(result)]() mutable {
            deliver(std::move(result));
        });
    });
}

template <typename T, typename Callback, typename Work>
void SealedStore::runSecret(Callback done, Work work)
{
    auto task = [this, done = std::move(done), work = std::move(work)]() mutable {
        if (isOpen()) {
            run<T>(std::move(done), std::move(work));
            return;
        }
        const std::string sentence = "the key store is locked: " + status_.reason;
        main_.post(lifetime_.guard([done = std::move(done), sentence]() mutable {
            done(base::fail(base::ErrorKind::Locked, sentence, base::Retry::Later));
        }));
    };
    if (isDecided_)
        task();
    else
        waiting_.emplace_back(std::move(task));
}

/// `done` gets Sealed<T>.
template <typename T, typename Callback, typename Work>
void SealedStore::askSealer(Callback done, Work work)
{
    auto deliver = lifetime_.guard(
        [done = std::move(done)](Sealed<T> result) mutable { done(std::move(result)); });
    sealerWorker_.post([&main = main_,
                        &sealer = *sealer_,
                        work = std::move(work),
                        deliver = std::move(deliver)]() mutable {
        auto result = sealOrSayWhy<T>([&] { return work(sealer); });
        main.post([deliver = std::move(deliver), result = std::move(result)]() mutable {
            deliver(std::move(result));
        });
    });
}

} // namespace causeway::store
