// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMAP commands: with them the modem keeps a link from sending for a while, as
 * when its own queue for that PDN is full. The packets wait in the link's qdisc.
 */
#include "qmap_wwan.h"

#include <linux/netdevice.h>

static u8 flow(struct qmap_modem *modem, u8 mux_id, bool off)
{
	struct qmap_link *link = qmap_mux_find(modem, mux_id);

	if (!link)
		return QMAP_COMMAND_INVALID;
	qmap_tx_flow(link, off);
	return QMAP_COMMAND_ACK;
}

static u8 obey(struct qmap_modem *modem, u8 mux_id, u8 name)
{
	switch (name) {
	case QMAP_FLOW_DISABLE:
		return flow(modem, mux_id, true);
	case QMAP_FLOW_ENABLE:
		return flow(modem, mux_id, false);
	}
	return QMAP_COMMAND_UNSUPPORTED;
}

/**
 * qmap_command_rx() - do what the modem asks for, and answer
 * @modem: the modem
 * @frame: the command
 *
 * Context: NAPI.
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

	answer.command.type |= obey(modem, frame->mux_id, answer.command.name);
	qmap_tx_answer(modem, &answer);
	return QMAP_RX_COMMANDS;
}
