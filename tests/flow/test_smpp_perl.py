"""Net::SMPP as the carrier: another implementation understands what we send, and we what it sends."""
import subprocess
from pathlib import Path

from tap import contains, equal, run, test
from violet import Service

NUMBER = "+12025550143"


@test
def Net_SMPP_binds_delivers_asks_and_unbinds():
    smsc = subprocess.Popen(["/usr/bin/perl", str(Path(__file__).with_name("smsc.pl"))], stdout=subprocess.PIPE,
                            text=True)
    service = Service()
    try:
        port = int(smsc.stdout.readline())
        service.secret("smpp.password", "secret12")
        with open(service.config, "a", encoding="utf-8") as config:
            config.write(f"\n[carrier.perl]\nkind = smpp\nhost = 127.0.0.1\nport = {port}\nsystem_id = violet\n"
                         f"password_file = {service.home}/smpp.password\n")
        service.init()
        service.account("ann")
        service.numbers(NUMBER)
        service.line("ann", NUMBER)
        service.start()
        understood = smsc.communicate(timeout=30)[0].splitlines()
        equal(understood, ["9 violet secret12", "80000005 0", "80000005 0", "80000015 0", "80000006 0"])
        inbox = service.person("subscriber").get("/inbox").html.text
        contains(inbox, "perl says 1122")
        contains(inbox, "perl says 3344")
    finally:
        smsc.kill()
        smsc.wait()
        service.close()


run()
