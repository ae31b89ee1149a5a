// SPDX-License-Identifier: GPL-2.0-only
/* Reasons in words. The words are libqmi's names of the numbers. */
#include <string.h>

#include "connect.h"

static const char *verbose(QmiWdsVerboseCallEndReasonType type, gint16 reason)
{
	switch (type) {
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_MIP:
		return qmi_wds_verbose_call_end_reason_mip_get_string(reason);
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_INTERNAL:
		return qmi_wds_verbose_call_end_reason_internal_get_string(reason);
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_CM:
		return qmi_wds_verbose_call_end_reason_cm_get_string(reason);
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_3GPP:
		return qmi_wds_verbose_call_end_reason_3gpp_get_string(reason);
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_PPP:
		return qmi_wds_verbose_call_end_reason_ppp_get_string(reason);
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_EHRPD:
		return qmi_wds_verbose_call_end_reason_ehrpd_get_string(reason);
	case QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_IPV6:
		return qmi_wds_verbose_call_end_reason_ipv6_get_string(reason);
	default:
		return NULL;
	}
}

/* "unknown-apn" becomes "unknown apn (3gpp 27)". */
static char *spaced(const char *words, const char *kind, int number)
{
	g_autofree char *text = g_strdup(words ? words : "reason");

	return g_strdup_printf("%s (%s %d)", g_strdelimit(text, "-", ' '), kind, number);
}

char *words_of_end(bool has_verbose, QmiWdsVerboseCallEndReasonType type, gint16 reason,
		   bool has_plain, QmiWdsCallEndReason plain)
{
	const char *kind = has_verbose ? qmi_wds_verbose_call_end_reason_type_get_string(type) :
					 NULL;

	if (kind)
		return spaced(verbose(type, reason), kind, reason);
	if (has_plain)
		return spaced(qmi_wds_call_end_reason_get_string(plain), "reason", plain);
	return g_strdup("no reason given");
}

char *words_of_registration(QmiNasRegistrationState state, bool roaming)
{
	switch (state) {
	case QMI_NAS_REGISTRATION_STATE_REGISTERED:
		return g_strdup(roaming ? "registered, roaming" : "registered");
	case QMI_NAS_REGISTRATION_STATE_REGISTRATION_DENIED:
		return g_strdup("registration denied by the network");
	case QMI_NAS_REGISTRATION_STATE_NOT_REGISTERED_SEARCHING:
		return g_strdup("searching for a network");
	default:
		return g_strdup("not registered");
	}
}

const char *words_of_protocol(QmiWdaDataAggregationProtocol protocol)
{
	switch (protocol) {
	case QMI_WDA_DATA_AGGREGATION_PROTOCOL_QMAP:
		return "QMAP";
	case QMI_WDA_DATA_AGGREGATION_PROTOCOL_QMAPV5:
		return "QMAPv5";
	case QMI_WDA_DATA_AGGREGATION_PROTOCOL_DISABLED:
		return "none";
	default:
		return "unknown";
	}
}
