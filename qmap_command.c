// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMAP commands: with them the modem keeps a link from sending for a while, as
 * when its own queue for that PDN is full.
 */
#include "qmap_wwan.h"

static u8 qmap_command_flow(struct qmap_modem *modem, u8 mux_id, bool off)
{
	struct qmap_link *link = qmap_find_link(modem, mux_id);

	if (!link)
		return QMAP_COMMAND_INVALID;
	qmap_queue_set_flow(link, off);
	return QMAP_COMMAND_ACK;
}

static u8 qmap_command_obey(struct qmap_modem *modem, u8 mux_id, u8 name)
{
	switch (name) {
	case QMAP_FLOW_DISABLE:
		return qmap_command_flow(modem, mux_id, true);
	case QMAP_FLOW_ENABLE:
		return qmap_command_flow(modem, mux_id, false);
	}
	return QMAP_COMMAND_UNSUPPORTED;
}

/* Context: NAPI.
 * Return: QMAP_RX_COMMANDS, or QMAP_RX_BAD_COMMAND if it is too short.
 */
enum qmap_counter qmap_command_rx(struct qmap_modem *modem,
				  const struct qmap_frame *frame)
{
	struct qmap_answer answer = { .mux_id = frame->mux_id };

	if (frame->len < sizeof(answer.command))
		return QMAP_RX_BAD_COMMAND;
	memcpy(&answer.command, frame->data, sizeof(answer.command));
	/* it answers what was never asked */
	if (answer.command.type & QMAP_COMMAND_TYPE)
		return QMAP_RX_COMMANDS;

	answer.command.type |= qmap_command_obey(modem, frame->mux_id,
						 answer.command.name);
	qmap_tx_answer(modem, &answer);
	return QMAP_RX_COMMANDS;
}
