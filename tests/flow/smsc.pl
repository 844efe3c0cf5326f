# An SMSC by Net::SMPP, which nobody here wrote: prints its port, takes one bind, delivers two texts, asks, unbinds,
# and prints what it understood.
use strict;
use warnings;
use Net::SMPP;

$| = 1;
my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34) or die "no listener: $!";
print $listener->sockport, "\n";
my $session = $listener->accept or die "nobody came: $!";
my $pdu = $session->read_pdu or die 'no bind';
printf "%x %s %s\n", $pdu->{cmd}, $pdu->{system_id}, $pdu->{password};
$session->bind_transceiver_resp(system_id => 'perl', seq => $pdu->{seq});
for my $text ('perl says 1122', 'perl says 3344') {
    $session->deliver_sm(source_addr => '22000', destination_addr => '12025550143', dest_addr_ton => 1,
                         short_message => $text, async => 1);
}
answered() for 1 .. 2;
$session->enquire_link(async => 1);
answered();
$session->unbind(async => 1);
answered();

sub answered {
    my $answer = $session->read_pdu or die 'no answer';
    printf "%x %x\n", $answer->{cmd}, $answer->{status};
}
