// SPDX-License-Identifier: Apache-2.0
#include "store/line_table.hpp"

#include <fmt/format.h>

#include "store/parity_words.hpp"
#include "store/words.hpp"

namespace causeway::store {

namespace {

using api::LineSettings;

constexpr Words<LineSettings::Kind, 3> kinds{{{LineSettings::Kind::Rtu, "rtu"},
                                              {LineSettings::Kind::Tcp, "tcp"},
                                              {LineSettings::Kind::RtuOverTcp, "rtu-over-tcp"}}};
constexpr Words<LineSettings::Rs485, 3> directions{
    {{LineSettings::Rs485::None, "none"},
     {LineSettings::Rs485::RtsOnSend, "rts-on-send"},
     {LineSettings::Rs485::RtsAfterSend, "rts-after-send"}}};

LineSettings read(const Row& row)
{
    LineSettings line;
    line.name = row.text(0);
    line.kind = valueOf(kinds, row.text(1));
    line.serialPort = row.text(2);
    line.baudRate = row.number<std::uint32_t>(3);
    line.parity = valueOf(parities, row.text(4));
    line.stopBits = row.number<std::uint8_t>(5);
    line.host = row.text(6);
    line.port = row.number<std::uint16_t>(7);
    line.responseTimeout = std::chrono::milliseconds(row.integer(8));
    line.extraSilence = std::chrono::milliseconds(row.integer(9));
    line.rs485 = valueOf(directions, row.text(10));
    line.rs485DelayBefore = std::chrono::milliseconds(row.integer(11));
    line.rs485DelayAfter = std::chrono::milliseconds(row.integer(12));
    line.localEcho = row.boolean(13);
    return line;
}

} // namespace

LineTable::LineTable(Database& database)
    : all_(database,
           "SELECT name, kind, serial_port, baud_rate, parity, stop_bits, host, port, "
           "response_timeout_ms, extra_silence_ms, rs485, rs485_delay_before_ms, "
           "rs485_delay_after_ms, local_echo "
           "FROM line ORDER BY name")
    , put_(database,
           "INSERT INTO line (name, kind, serial_port, baud_rate, parity, stop_bits, host, port, "
           "response_timeout_ms, extra_silence_ms, rs485, rs485_delay_before_ms, "
           "rs485_delay_after_ms, local_echo) "
           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
           "ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, "
           "serial_port = excluded.serial_port, baud_rate = excluded.baud_rate, "
           "parity = excluded.parity, stop_bits = excluded.stop_bits, host = excluded.host, "
           "port = excluded.port, response_timeout_ms = excluded.response_timeout_ms, "
           "extra_silence_ms = excluded.extra_silence_ms, rs485 = excluded.rs485, "
           "rs485_delay_before_ms = excluded.rs485_delay_before_ms, "
           "rs485_delay_after_ms = excluded.rs485_delay_after_ms, "
           "local_echo = excluded.local_echo")
    , remove_(database, "DELETE FROM line WHERE name = ?")
    , has_(database, "SELECT 1 FROM line WHERE name = ?")
    , user_(database, "SELECT name FROM device WHERE line = ? LIMIT 1")
{}

std::vector<LineSettings> LineTable::all()
{
    std::vector<LineSettings> lines;
    all_.each([&](const Row& row) { lines.push_back(read(row)); });
    return lines;
}

void LineTable::put(const LineSettings& line)
{
    put_.run(line.name,
             wordOf(kinds, line.kind),
             line.serialPort,
             line.baudRate,
             wordOf(parities, line.parity),
             line.stopBits,
             line.host,
             line.port,
             line.responseTimeout.count(),
             line.extraSilence.count(),
             wordOf(directions, line.rs485),
             line.rs485DelayBefore.count(),
             line.rs485DelayAfter.count(),
             line.localEcho);
}

base::Expected<void> LineTable::remove(const std::string& name)
{
    std::string user;
    user_.each([&](const Row& row) { user = row.text(0); }, name);
    if (!user.empty())
        return base::fail(base::ErrorKind::Refused,
                          fmt::format("the line {} is used by the device {}", name, user));
    remove_.run(name);
    return {};
}

bool LineTable::has(const std::string& name)
{
    return has_.hasRow(name);
}

} // namespace causeway::store
