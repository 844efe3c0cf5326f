// An SMSC by npm's smpp, which nobody here wrote. Prints its port, then each bind that comes; sends the PDUs that it is
// told on standard input, one JSON object a line (command, fields, id), and prints their answers. With a key and a
// certificate it listens by TLS.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import smpp from "smpp";

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path));
let session;

function serve(newcomer) {
  newcomer.on("error", () => {}); // a peer that goes away is no mistake of ours
  newcomer.on("pdu", (pdu) => {
    if (pdu.command.startsWith("bind_") && !pdu.isResponse()) {
      session = newcomer;
      newcomer.send(pdu.response({ system_id: "npm" }));
      const { command, system_id, password, system_type, interface_version, addr_ton, addr_npi, address_range } = pdu;
      say({ command, system_id, password, system_type, interface_version, addr_ton, addr_npi, address_range });
    } else if (["enquire_link", "unbind"].includes(pdu.command)) {
      newcomer.send(pdu.response());
      say({ command: pdu.command });
    }
  });
}

const server = key ? smpp.createServer({ key, cert }, serve) : smpp.createServer(serve);
server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));

const bytes = (_, value) => (typeof value?.hex === "string" ? Buffer.from(value.hex, "hex") : value);
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, command, fields } = JSON.parse(line, bytes);
  session.send(new smpp.PDU(command, fields), (pdu) =>
    say({ id, command: pdu.command, status: pdu.command_status }));
}).on("close", () => process.exit(0));
