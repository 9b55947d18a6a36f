#include <langinfo.h>
#include <locale.h>

static const char *const items[] = {
	[D_T_FMT] = "%a %b %e %H:%M:%S %Y",
	[D_FMT] = "%m/%d/%y",
	[T_FMT] = "%H:%M:%S",
	[T_FMT_AMPM] = "%I:%M:%S %p",
	[AM_STR] = "AM",
	[PM_STR] = "PM",
	[DAY_1] = "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
	[ABDAY_1] = "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
	[MON_1] = "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December",
	[ABMON_1] = "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	[RADIXCHAR] = ".",
	[THOUSEP] = "",
	[YESSTR] = "",
	[YESEXPR] = "^[yY]",
	[NOSTR] = "",
	[NOEXPR] = "^[nN]",
	[CRNCYSTR] = "",
	[CODESET] = "UTF-8",
	[ERA] = "",
	[ERA_D_FMT] = "",
	[ERA_D_T_FMT] = "",
	[ERA_T_FMT] = "",
	[ALT_DIGITS] = "",
};

char *
nl_langinfo(nl_item item)
{
	if (item < 0 || item >= (nl_item)(sizeof(items) / sizeof(items[0])))
		return (char *)(unsigned long)"";
	return (char *)(unsigned long)items[item];
}

char *
nl_langinfo_l(nl_item item, locale_t locale)
{
	(void)locale;
	return nl_langinfo(item);
}
