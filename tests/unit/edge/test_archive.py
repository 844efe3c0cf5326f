"""The archive, opened by programs that others wrote: unzip, zipfile, xmllint, Python's csv, json and XML."""
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zipfile

PROBE = sys.argv[1]
FOLDER = tempfile.mkdtemp()
HARD = [
    ('+15550100001', 'Your code is 123456'),
    ('Bank', '验证码 4821，5 分钟内有效。🔐👩‍💻'),
    ('+97225550100', 'שלום \u202ertl'),
    ('12345', ''),
    ('ctl', 'a\x01b\x1b[31mc\x7f\0d'),
    ('xml', '<a b=\'c\' d="e">&amp;]]></a>\r\nline\ttab\nend \ufffe\uffff'),
    ('csv', '=HYPERLINK("http://x","y")'),
    ('csv', '+1, "quoted"\r\nnew line'),
    ('csv', '-1'),
    ('csv', '@SUM(A1)'),
    ('csv', '\ttab'),
    ('csv', '\rcr'),
    ('csv', "'apostrophe"),
    ('csv', '＝wide'),
    ("=cmd|' /C calc'!A0", 'sender as formula'),
    ('bytes', 'broken \ufffd\ufffd utf-8'),
]
NAMES = ['messages.json', 'messages.csv', 'messages.xml', 'calls.csv', 'wallet.csv', 'services.csv', 'account.json',
         'README.txt', 'manifest.json']


def make(*mode):
    path = FOLDER + '/archive.zip'
    done = subprocess.run([PROBE, path, *mode], capture_output=True, text=True, check=True)
    return path, done.stdout.splitlines()


def pictured(text, kept='\t\r\n'):
    return ''.join(chr(0x2400 + ord(c)) if ord(c) < 32 and c not in kept else c for c in text)


def rows_of(archive, name):
    raw = archive.read(name)
    assert raw.startswith(b'\xef\xbb\xbf'), name
    return list(csv.DictReader(io.StringIO(raw.decode('utf-8-sig'), newline='')))


def undefused(cell):
    return cell[1:] if cell.startswith("'") else cell


def every_file_is_there_and_unzip_finds_no_fault():
    path, said = make()
    archive = zipfile.ZipFile(path)
    assert archive.namelist() == NAMES and archive.testzip() is None
    assert said[:9] == ['step %d' % number for number in range(1, 10)] and said[9].startswith('none'), said
    if shutil.which('unzip'):
        assert 'No errors detected' in subprocess.run(['unzip', '-t', path], capture_output=True, text=True).stdout
    info = archive.getinfo('README.txt')
    assert info.date_time[0] == 2026 and info.external_attr >> 16 & 0o777 == 0o644


def the_manifest_has_size_and_sha256_of_each():
    archive = zipfile.ZipFile(make()[0])
    files = json.loads(archive.read('manifest.json'))['files']
    assert [file['name'] for file in files] == NAMES[:-1]
    for file in files:
        content = archive.read(file['name'])
        assert file['size'] == len(content) and file['sha256'] == hashlib.sha256(content).hexdigest(), file


def json_brings_every_text_back():
    archive = zipfile.ZipFile(make()[0])
    messages = json.loads(archive.read('messages.json'))['messages']
    assert [(m['peer'], m['text']) for m in messages] == [(peer, text.replace('\0', '\u2400')) for peer, text in HARD]
    assert messages[0]['code'] == '123456' and messages[6]['direction'] == 'sent'
    account = json.loads(archive.read('account.json'))
    assert account['balance'] == '12.40' and account['numbers'][0]['until'] is None


def xml_is_well_formed_and_brings_every_text_back():
    archive = zipfile.ZipFile(make()[0])
    raw = archive.read('messages.xml')
    root = xml.etree.ElementTree.fromstring(raw)
    assert root.tag == 'smses' and root.get('count') == str(len(HARD)) == str(len(root))
    for sms, (peer, text) in zip(root, HARD):
        assert sms.get('address') == peer
        assert sms.get('body') == pictured(text).replace('\ufffe', '\ufffd').replace('\uffff', '\ufffd'), sms.attrib
        assert set(sms.attrib) >= {'protocol', 'address', 'date', 'type', 'subject', 'body', 'toa', 'sc_toa',
                                   'service_center', 'read', 'status', 'locked'}
    assert root[6].get('type') == '2' and root[0].get('type') == '1'
    assert root[0].get('date') == '1795392372000'
    if shutil.which('xmllint'):
        subprocess.run(['xmllint', '--noout', '-'], input=raw, check=True)


def no_cell_is_a_formula_and_one_apostrophe_less_is_the_original():
    archive = zipfile.ZipFile(make()[0])
    rows = rows_of(archive, 'messages.csv')
    assert [undefused(row['text']) for row in rows] == [pictured(text) for _, text in HARD]
    assert [undefused(row['peer']) for row in rows] == [peer for peer, _ in HARD]
    for name in NAMES:
        if name.endswith('.csv'):
            for row in rows_of(archive, name):
                for column, cell in row.items():
                    assert column == 'amount' or cell[:1] not in set('=+-@\t\r\n＝＋－＠') or cell == '', (name, cell)
    wallet = rows_of(archive, 'wallet.csv')
    assert len(wallet) == 2 and wallet[0]['amount'] == '-12.40' and wallet[0]['description'] == '月租, "七月"'
    assert rows_of(archive, 'services.csv')[0]['name'] == "'=Evil Bank"
    assert rows_of(archive, 'calls.csv') == []
    assert archive.read('messages.csv').count(b'\r\n') >= len(HARD) + 1


def the_readme_speaks_both_languages_and_names_every_file():
    text = zipfile.ZipFile(make()[0]).read('README.txt').decode()
    chinese, english = text.split('\n\n\n')
    for part in (chinese, english):
        assert '示例电信' in part and 'ann' in part and '{' not in part and '16' in part
        for name in NAMES:
            assert name == 'README.txt' or name in part, name
    assert '短信' in chinese and 'messages' in english


def a_large_one_comes_in_chunks_of_one_size():
    path, said = make('many')
    word, _, chunks, _, full, _, last = said[-1].split()
    assert word == 'none' and int(chunks) > 4 and int(full) == int(chunks) - 1 and 0 < int(last) <= 49152, said
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None and len(rows_of(archive, 'messages.csv')) == 20000
    assert len(json.loads(archive.read('messages.json'))['messages']) == 20000
    assert xml.etree.ElementTree.fromstring(archive.read('messages.xml')).get('count') == '20000'


def messages_that_change_meanwhile_and_a_sink_that_fails_are_told():
    assert make('changed')[1][-1].startswith('changed')
    assert make('stop')[1][-1].startswith('full')


TESTS = [every_file_is_there_and_unzip_finds_no_fault, the_manifest_has_size_and_sha256_of_each,
         json_brings_every_text_back, xml_is_well_formed_and_brings_every_text_back,
         no_cell_is_a_formula_and_one_apostrophe_less_is_the_original,
         the_readme_speaks_both_languages_and_names_every_file, a_large_one_comes_in_chunks_of_one_size,
         messages_that_change_meanwhile_and_a_sink_that_fails_are_told]


def main():
    failed = 0
    print('1..%d' % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print('ok %d - %s' % (number, test.__name__))
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, test.__name__))
            print('# line %d: %s %s' % (error.__traceback__.tb_next.tb_lineno, type(error).__name__, error))
    shutil.rmtree(FOLDER)
    return 1 if failed else 0


sys.exit(main())
