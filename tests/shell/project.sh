# A day's work in a script: a tree of files, searches, pipelines, background jobs, signals. Its output is the same in
# every POSIX shell; nothing in it depends on process ids, dates or the order in which jobs end.

set -eu
work=${1:-/tmp/project}
mkdir -p "$work"
cd "$work"

section() {
	printf -- '--- %s ---\n' "$*"
}

fail() {
	echo "failed: $*" >&2
	exit 1
}

# -- the tree ------------------------------------------------------------------------------------

section tree
modules='alpha beta gamma delta epsilon'
for module in $modules; do
	mkdir -p "src/$module/tests" "doc/$module"
	lines=1
	for file in main util parse; do
		i=0
		while [ $i -lt $lines ]; do
			echo "line $i of $module/$file: $((i * i % 7)) $((i + lines))"
			i=$((i + 1))
		done >"src/$module/$file.c"
		lines=$((lines * 3))
	done
	cat >"doc/$module/README" <<-END
	Module $module has $(ls "src/$module" | wc -l | tr -d ' ') entries.
	Its first letter is ${module%"${module#?}"}, its length ${#module}.
	END
	ln -s "../../doc/$module/README" "src/$module/README"
done
: >src/alpha/tests/empty
chmod 750 src/beta
find . -type d | sort
find . -type f | wc -l | tr -d ' '
find . -type l -exec basename {} \; | sort | uniq -c | tr -s ' '

# -- searches ------------------------------------------------------------------------------------

section grep
grep -rn 'line 2 of' src/alpha src/beta | sort
grep -c 'line' src/gamma/*.c
grep -l ': 4 ' src/*/parse.c | sort -r | head -n 2
cat src/*/README | grep -v '^Module' | sed 's/letter is \(.\),/letter \1;/'
if grep -q nothing src/alpha/main.c; then
	fail 'found what is not there'
fi

# -- sorting and counting ------------------------------------------------------------------------

section sort
cat src/*/parse.c | cut -d' ' -f5 | sort -n | uniq -c | sort -k1,1nr -k2,2n | head -n 5 | tr -s ' '
cat src/*/*.c | awk '{ sum[$4] += $5; n[$4]++ } END { for (k in sum) print k, n[k], sum[k] }' | sort | head -n 6
wc -l src/*/main.c | tail -n 1 | sed 's/^ *//'
for module in $modules; do
	echo "${#module} $module"
done | sort -k1,1n -k2,2 | tee order | paste -s -d, -
comm -12 order order | wc -l | tr -d ' '
tr a-z A-Z <order | tail -n 1

# -- functions, expansion, arithmetic ------------------------------------------------------------

section functions
fibonacci() {
	if [ "$1" -lt 2 ]; then
		echo "$1"
	else
		echo $(($(fibonacci $(($1 - 1))) + $(fibonacci $(($1 - 2)))))
	fi
}
fibonacci 9

usage_of() {
	OPTIND=1 verbose=no name=none
	while getopts vn: option "$@"; do
		case $option in
		v) verbose=yes ;;
		n) name=$OPTARG ;;
		*) return 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	echo "verbose=$verbose name=$name rest=$*"
}
usage_of -v -n one two three
usage_of plain
path=/usr/local/lib/archive.tar.gz
echo "${path##*/} ${path%%.*} ${path%.*} ${path#/usr} ${missing:-default} ${path:+set}"
primes=
n=2
while [ $n -lt 60 ]; do
	d=2 prime=1
	while [ $((d * d)) -le $n ]; do
		if [ $((n % d)) -eq 0 ]; then
			prime=0
			break
		fi
		d=$((d + 1))
	done
	[ $prime -eq 0 ] || primes="$primes $n"
	n=$((n + 1))
done
echo "primes:$primes"

# -- pipelines that fork a lot -------------------------------------------------------------------

section pipelines
seq 1 500 | awk '$1 % 3 == 0' | sed 's/$/ fizz/' | grep -c fizz
yes go | head -n 1000 | wc -l | tr -d ' '
seq 20 | while read -r number; do
	(echo "$number" | cat | cat | cat) || fail pipeline
done | paste -s -d+ - | tee sum | sed 's/+.*+/+...+/'
echo $(($(cat sum)))
seq 40 | xargs -n 7 echo | tail -n 2
{ echo out; echo err >&2; } 2>&1 >captured | sed 's/^/piped: /'
cat captured

# -- jobs ----------------------------------------------------------------------------------------

section jobs
pids=
for module in $modules; do
	(
		sort -r "src/$module/parse.c" | head -n 1 >"$module.result"
		exit ${#module}
	) &
	pids="$pids $!"
done
total=0
for pid in $pids; do
	status=0
	wait "$pid" || status=$?
	total=$((total + status))
done
echo "total $total"
cat ./*.result

sleep 100 &
sleeper=$!
kill -s TERM $sleeper
status=0
wait $sleeper || status=$?
echo "sleeper ended: $((status - 128))"

mkfifo channel
(while read -r word; do echo "got $word"; done <channel >received) &
reader=$!
for word in one two three; do
	echo $word
done >channel
wait $reader
cat received

set -m
sleep 100 &
kill -s STOP %1
kill -s CONT %1
kill %1
status=0
wait %1 || status=$?
echo "job ended: $((status - 128))"
set +m

# -- traps ---------------------------------------------------------------------------------------

section traps
caught=0
trap 'caught=$((caught + 1))' USR1
for _ in 1 2 3; do
	kill -s USR1 $$
done
trap - USR1
echo "caught $caught"
(trap 'echo bye from the subshell' EXIT; exit 3) || echo "status $?"
sh -c 'kill -9 $$' 2>/dev/null || echo "killed: $?"

# -- here-documents and patterns -----------------------------------------------------------------

section patterns
for file in src/alpha/*; do
	case ${file##*/} in
	*.[ch]) echo "source ${file##*/}" ;;
	README | NEWS) echo "text ${file##*/}" ;;
	*) [ -d "$file" ] && echo "directory ${file##*/}" ;;
	esac
done
sed -n 's/^\(.*\)=\(.*\)$/\2 is \1/p' <<'END'
$HOME=literal
two words=value
no assignment
END

# -- the end -------------------------------------------------------------------------------------

section end
tar cf archive.tar src doc
mkdir copy
(cd copy && tar xf ../archive.tar)
diff -r src copy/src && diff -r doc copy/doc && echo 'the copy is the same'
cd /
rm -rf "$work"
[ ! -e "$work" ] && echo gone
