"""Commands for files, as somebody at a prompt sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import check

Compile = Callable[..., Path]

SCRIPTS = {
    "mkdir_rmdir": """
        $ mkdir a a/b
        $ mkdir a
        mkdir: a: File exists
        = 1
        $ mkdir x/y/z
        mkdir: x/y/z: No such file or directory
        = 1
        $ mkdir -p x/y/z x/y
        $ mkdir -m 700 private
        $ mkdir -m u=rwx,go=x -p deep/er
        $ stat -f '%Sp %N' private deep deep/er
        drwx------ private
        drwxr-xr-x deep
        drwx--x--x deep/er
        $ rmdir a
        rmdir: a: Directory not empty
        = 1
        $ rmdir -p x/y/z
        $ ls
        a
        deep
        private
        $ rmdir
        usage: rmdir [-p] directory ...
        = 1
        $ umask 077
        $ mkdir -p p/q
        $ stat -f %OLp p p/q
        700
        700
    """,
    "touch": """
        $ touch -t 202001020304.05 old
        $ touch -d 2019-12-31T23:59:58Z older
        $ stat -t %Y-%m-%dT%H:%M:%S -f '%Sm %z %N' old older
        2020-01-02T03:04:05 0 old
        2019-12-31T23:59:58 0 older
        $ touch -r old like
        $ stat -f '%m %a' old like
        1577934245 1577934245
        1577934245 1577934245
        $ touch -a -d @5 old
        $ touch -m -d @6 like
        $ stat -f '%m %a' old like
        1577934245 5
        6 1577934245
        $ touch -c none
        $ touch nodir/x
        touch: nodir/x: No such file or directory
        = 1
        $ touch -t 13010000 x
        touch: 13010000: there is no such time
        = 1
        $ ls
        like
        old
        older
    """,
    "cp": """
        $ cp /etc/group a
        $ cmp /etc/group a
        $ cp a b c
        cp: c: Not a directory
        = 1
        $ mkdir d
        $ cp a /etc/passwd d
        $ ls d
        a
        passwd
        $ cp nosuch d
        cp: nosuch: No such file or directory
        = 1
        $ cp d e
        cp: d is a directory (not copied)
        = 1
        $ cp a a
        cp: a and a are identical (not copied).
        = 1
        $ ln -s a link
        $ mkfifo d/pipe
        $ ln -s passwd d/link
        $ touch -t 202001020304 d
        $ cp -Rp d e
        $ stat -f '%m %HT%SY' d e e/pipe e/link
        1577934240 Directory
        1577934240 Directory
        1700000000 Fifo File
        1700000000 Symbolic Link -> passwd
        $ cp -R d e
        $ ls -F e
        a
        d/
        link@
        passwd
        pipe|
        $ cp -RL d/link f
        $ stat -f %HT f
        Regular File
        $ cp -RH link g
        $ cp -P link h
        $ stat -f %HT g h
        Regular File
        Symbolic Link
        $ cp -R d d/inside
        $ ls d/inside
        a
        link
        passwd
        pipe
        $ chmod 640 a
        $ cp a mode
        $ cp -p /bin/ls times
        $ stat -f %OLp mode times
        640
        755
        $ cp -n /etc/passwd mode
        $ cmp a mode
        $ cp -i /etc/passwd mode
        overwrite mode? not overwritten
        $ cp -v a d
        a -> d/a
        $ cp a
        usage: cp [-R [-H | -L | -P]] [-f | -i | -n] [-alNpv] source target
               cp [-R [-H | -L | -P]] [-f | -i | -n] [-alNpv] source ... directory
        = 1
        $ cp -l a hard
        $ stat -f %l hard
        2
    """,
    "mv": """
        $ touch a b
        $ mkdir d e
        $ mv a c
        $ mv b c d
        $ ls d
        b
        c
        $ mv nosuch d
        mv: rename nosuch to d/nosuch: No such file or directory
        = 1
        $ mv d e
        $ mv e/d e/d
        $ ls -R
        .:
        e

        ./e:
        d

        ./e/d:
        b
        c
        $ mv -v e/d/b e/d/c
        e/d/b -> e/d/c
        $ mv e e/d/x
        mv: rename e to e/d/x: Invalid argument
        = 1
        $ touch x y
        $ mv -i x y
        overwrite y?
        $ ls
        e
        x
        y
        $ mv x y nosuch
        usage: mv [-fiv] source target
               mv [-fiv] source ... directory
        = 1
    """,
    "rm": """
        $ mkdir -p d/e
        $ touch a b d/f d/e/g
        $ rm a nosuch
        rm: nosuch: No such file or directory
        = 1
        $ rm -f nosuch
        $ rm d
        rm: d: is a directory
        = 1
        $ rm -d d
        rm: d: Directory not empty
        = 1
        $ rm -rv d
        d/e/g
        d/e
        d/f
        d
        $ rm -i b
        remove 'b'?
        $ ls
        b
        $ rm -r . .. /
        rm: "." and ".." may not be removed
        rm: "." and ".." may not be removed
        rm: "/" may not be removed
        = 1
        $ rm
        usage: rm [-dfiPRrvx] file ...
        = 1
        $ rm -f
    """,
    "ln_readlink": """
        $ touch a
        $ ln a b
        $ ln a b
        ln: b: File exists
        = 1
        $ ln -f a b
        $ stat -f %l a
        2
        $ ln -s nowhere l
        $ ln -s a l
        ln: l: File exists
        = 1
        $ ln -sf a l
        $ readlink l a
        a
        = 1
        $ readlink -n l
        a
        $ mkdir d
        $ ln -s d dl
        $ ln -s /x dl
        $ readlink d/x
        /x
        $ ln -sfn a dl
        $ readlink dl
        a
        $ ln d e
        ln: d: Is a directory
        = 1
        $ readlink -f l d/../d/new dl
        /tmp/a
        /tmp/d/new
        /tmp/a
        $ realpath d/.. l
        /tmp
        /tmp/a
        $ realpath nosuch
        realpath: nosuch: No such file or directory
        = 1
        $ basename /usr/lib/ lib
        lib
        $ basename libc.so .so
        libc
        $ basename //
        /
        $ dirname /usr/lib/
        /usr
        $ dirname a
        .
    """,
    "chmod_chown": """
        $ touch f
        $ chmod 4751 f
        $ stat -f '%Sp %p' f
        -rwsr-x--x 104751
        $ chmod u-s,g+w,o= f
        $ stat -f %Sp f
        -rwxrwx---
        $ chmod a=r,u+w f
        $ chmod +x f
        $ stat -f %Sp f
        -rwxr-xr-x
        $ chmod -w f
        $ stat -f %Sp f
        -r-xr-xr-x
        $ chmod g=u f
        $ chmod 9 f
        chmod: invalid file mode: 9
        = 1
        $ mkdir -p d/e
        $ touch d/e/g
        $ chmod -R go-rwx d
        $ stat -f '%Sp %N' d d/e d/e/g
        drwx------ d
        drwx------ d/e
        -rw------- d/e/g
        $ chmod -R a+rX d
        $ stat -f '%Sp %N' d d/e d/e/g
        drwxr-xr-x d
        drwxr-xr-x d/e
        -rw-r--r-- d/e/g
        $ chown student f
        $ chown -R 12:users d
        $ chgrp wheel d/e
        $ stat -f '%Su:%Sg %N' f d d/e d/e/g
        student:wheel f
        12:users d
        12:wheel d/e
        12:users d/e/g
        $ chown :daemon f
        $ stat -f '%u %g' f
        1000 1
        $ ln -s f l
        $ chown -h 5 l
        $ stat -f %u f l
        1000
        5
        $ chown nobody2 f
        chown: nobody2: invalid user name
        = 1
        $ chmod 600 f
        $ user 1001
        $ chmod 666 f
        chmod: f: Operation not permitted
        = 1
        $ chgrp users f
        chgrp: f: Operation not permitted
        = 1
        $ rm -f /tmp/f
        rm: /tmp/f: Operation not permitted
        = 1
    """,
    "ls": """
        $ touch -d 2023-11-14T22:13:20Z c
        $ dd if=/dev/zero of=b bs=1000 count=3 status=none
        $ touch -d 2001-02-03T04:05:06Z a .hidden
        $ chmod 755 c
        $ mkdir d
        $ ln -s c l
        $ touch -h -d 2023-11-14T22:13:20Z l
        $ touch -d 2023-11-14T22:13:20Z b d
        $ ls
        a
        b
        c
        d
        l
        $ ls -a
        .
        ..
        .hidden
        a
        b
        c
        d
        l
        $ ls -AF
        .hidden
        a
        b
        c*
        d/
        l@
        $ ls -l a b c l
        -rw-r--r--  1 root  wheel     0 Feb  3  2001 a
        -rw-r--r--  1 root  wheel  3000 Nov 14 22:13 b
        -rwxr-xr-x  1 root  wheel     0 Nov 14 22:13 c
        lrwxr-xr-x  1 root  wheel     1 Nov 14 22:13 l -> c
        $ ls -lT a
        -rw-r--r--  1 root  wheel  0 Feb  3 04:05:06 2001 a
        $ ls -g a
        -rw-r--r--  1 wheel  0 Feb  3  2001 a
        $ ls -o a
        -rw-r--r--  1 root  0 Feb  3  2001 a
        $ ls -n a
        -rw-r--r--  1 0  0  0 Feb  3  2001 a
        $ ls -lh b
        -rw-r--r--  1 root  wheel   2.9K Nov 14 22:13 b
        $ ls -S
        b
        l
        a
        c
        d
        $ ls -rt b a c
        a
        c
        b
        $ ls -s a b
        0 a
        8 b
        $ ls -ks b
        4 b
        $ ls -p d b
        b

        d:
        $ ls -d d b
        b
        d
        $ ls -L l
        l
        $ ls -lL l
        -rwxr-xr-x  1 root  wheel  0 Nov 14 22:13 l
        $ ls -m
        a, b, c, d, l
        $ ls -x
        a  b  c  d  l
        $ touch d/e d/f
        $ ls -R d .
        .:
        a
        b
        c
        d
        l

        ./d:
        e
        f

        d:
        e
        f
        $ ls nosuch a
        ls: nosuch: No such file or directory
        a
        = 1
        $ ls -l /dev/null /dev/zero
        crw-rw-rw-  1 root  wheel  2,   2 Nov 14 22:13 /dev/null
        crw-rw-rw-  1 root  wheel  2,  12 Nov 14 22:13 /dev/zero
        $ ls -Z
        ls: unknown option -- Z
        usage: ls [-1AaCcdFfgHhiklLmnopqRrSsTtUux] [file ...]
        = 1
        $ ls -C / /usr
        /:
        bin      etc      lib      mnt      root     tmp      var
        dev      home     libexec  proc     sbin     usr

        /usr:
        bin      lib      libexec  sbin     share
    """,
    "terminal": """
        $ touch alpha beta gamma delta epsilon zeta eta 'odd	name'
        $ mkdir dir
        $ pty ls
        alpha     dir       gamma
        beta      epsilon   odd?name
        delta     eta       zeta
        $ pty ls -xF
        alpha     beta      delta     dir/
        epsilon   eta       gamma     odd?name
        zeta
        $ pty ls -m
        alpha, beta, delta, dir, epsilon, eta,
        gamma, odd?name, zeta
        $ pty ls -1 dir alpha
        alpha

        dir:
        $ env COLUMNS=20 ls -C
        alpha     eta
        beta      gamma
        delta     odd	name
        dir       zeta
        epsilon
        $ pty tty
        /dev/pts/0
        $ pty stty size
        24 40
        $ pty stty
        speed 9600 baud;
        $ pty stty -echo intr ^A rows 5 size
        5 40
        $ pty stty bogus
        stty: illegal option -- bogus
        = 1
        $ pty mesg y
        $ pty mesg n
        = 1
        $ pty ps -o command=
        ps -o command=
    """,
    "stat": """
        $ touch -d 2001-02-03T04:05:06Z f
        $ stat -f '%z %HT %Mp%Lp %l %N%n%t<%5z><%-5z><%05z>%%' f
        0 Regular File 0644 1 f
        \t<    0><0    ><00000>%
        $ stat -f '%#p %#Xz %.3Fm %Sm' f
        0100644 0 981173106.000 Feb  3 04:05:06 2001
        $ stat -f %Hr,%Lr /dev/zero
        2,12
        $ stat -n -f %N f f
        ff
        $ stat -l f
        -rw-r--r-- 1 root wheel 0 Feb  3 04:05:06 2001 f
        $ stat nosuch
        stat: nosuch: No such file or directory
        = 1
        $ stat -q nosuch
        = 1
        $ stat -f %q f
        stat: %q: unknown directive
        = 1
    """,
    "du_df_mount": """
        $ mkdir -p d/e
        $ dd if=/dev/zero of=d/a bs=4096 count=2 status=none
        $ dd if=/dev/zero of=d/e/b bs=4096 count=1 status=none
        $ ln d/a d/e/again
        $ chmod 755 d
        $ du -a d/a d/e/b
        16\td/a
        8\td/e/b
        $ du -k d/a
        8\td/a
        $ du -h d/a
        8.0K\td/a
        $ du nosuch
        du: nosuch: No such file or directory
        = 1
        $ mount
        root on / type tmpfs (local)
        procfs on /proc type procfs (noexec, nosuid, local)
        $ mount -p
        root      \t/              \ttmpfs\trw\t0 0
        procfs    \t/proc          \tprocfs\trw\t0 0
        $ df -q
        df: unknown option -- q
        usage: df [-aghiklmPT] [-t type] [file | file_system ...]
        = 1
    """,
    "dd": """
        $ dd if=/etc/group of=a bs=7 status=noxfer 2>log
        $ cmp a /etc/group
        $ dd if=/bin/ls of=b bs=1k count=3 2>log
        $ head -2 log
        3+0 records in
        3+0 records out
        $ stat -f %z b
        3072
        $ printf 'abcdefgh' >in
        $ dd if=in bs=1 skip=2 count=3 status=none
        cde
        $ dd if=in conv=ucase status=none
        ABCDEFGH
        $ dd if=in conv=swab status=none
        badcfehg
        $ printf 'XY' >xy
        $ dd if=xy of=in bs=1 seek=3 conv=notrunc status=none
        $ cat in
        abcXYfgh
        $ dd if=xy of=in bs=1 seek=3 status=none
        $ cat in
        abcXY
        $ printf 'one\\nthree\\n' >lines
        $ dd if=lines conv=block cbs=4 status=none
        one thre
        $ printf 'one two ' >records
        $ dd if=records conv=unblock cbs=4 status=none
        one
        two
        $ dd if=xy ibs=1 obs=8 conv=sync status=none of=/dev/null
        $ dd if=xy of=big bs=1m seek=4 status=none
        $ stat -f %z big
        4194306
        $ dd if=nosuch
        dd: nosuch: No such file or directory
        = 1
        $ dd bs=0
        dd: bs: a block has between 1 byte and 1 gigabyte
        = 1
        $ dd huh=1
        dd: unknown operand huh
        = 1
    """,
    "nodes": """
        $ mkfifo -m 600 p
        $ mknod n c 2 2
        $ mknod q p
        $ stat -f '%Sp %HT %Hr,%Lr' p n q
        prw------- Fifo File 0,0
        crw-r--r-- Character Device 2,2
        prw-r--r-- Fifo File 0,0
        $ mkfifo p
        mkfifo: p: File exists
        = 1
        $ mknod z c two 2
        mknod: two: not a number
        = 1
        $ pwd
        /tmp
        $ cd /usr/bin
        $ pwd -P
        /usr/bin
        $ sync
        $ tty
        not a tty
        = 1
        $ tty -s
        = 1
        $ stty
        stty: not a terminal
        = 1
    """,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(compile_guest: Compile, name: str) -> None:
    check(compile_guest, SCRIPTS[name])
