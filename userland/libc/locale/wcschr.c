#include <stdint.h>
#include <wchar.h>

wchar_t *
wcschr(const wchar_t *s, wchar_t wc)
{
	for (;; s++) {
		if (*s == wc)
			return (wchar_t *)(uintptr_t)s;
		if (*s == L'\0')
			return NULL;
	}
}

wchar_t *
wcsrchr(const wchar_t *s, wchar_t wc)
{
	for (size_t n = wcslen(s) + 1; n > 0; n--)
		if (s[n - 1] == wc)
			return (wchar_t *)(uintptr_t)(s + n - 1);
	return NULL;
}

size_t
wcsspn(const wchar_t *s, const wchar_t *set)
{
	const wchar_t *p = s;

	while (*p != L'\0' && wcschr(set, *p) != NULL)
		p++;
	return (size_t)(p - s);
}

size_t
wcscspn(const wchar_t *s, const wchar_t *set)
{
	const wchar_t *p = s;

	while (*p != L'\0' && wcschr(set, *p) == NULL)
		p++;
	return (size_t)(p - s);
}

wchar_t *
wcspbrk(const wchar_t *s, const wchar_t *set)
{
	s += wcscspn(s, set);
	return *s == L'\0' ? NULL : (wchar_t *)(uintptr_t)s;
}

wchar_t *
wcsstr(const wchar_t *hay, const wchar_t *needle)
{
	size_t len = wcslen(needle);

	if (len == 0)
		return (wchar_t *)(uintptr_t)hay;
	while ((hay = wcschr(hay, *needle)) != NULL) {
		if (wcsncmp(hay, needle, len) == 0)
			return (wchar_t *)(uintptr_t)hay;
		hay++;
	}
	return NULL;
}

wchar_t *
wcswcs(const wchar_t *hay, const wchar_t *needle)
{
	return wcsstr(hay, needle);
}

wchar_t *
wcstok(wchar_t *restrict s, const wchar_t *restrict separators, wchar_t **restrict state)
{
	wchar_t *token;

	if (s == NULL)
		s = *state;
	if (s == NULL)
		return NULL;
	token = s + wcsspn(s, separators);
	if (*token == L'\0') {
		*state = NULL;
		return NULL;
	}
	s = token + wcscspn(token, separators);
	*state = *s == L'\0' ? NULL : s + 1;
	*s = L'\0';
	return token;
}
