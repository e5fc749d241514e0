// The buttons under the waveform. Space, arrows and the rest of the keyboard are keys.tsx.

import { ActionIcon, Group, Menu, SegmentedControl, Slider, Text, Tooltip } from '@mantine/core'
import {
  IconChartBar,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward10,
  IconRewindForward10,
  IconVolume,
  IconVolumeOff,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clock, useFormats } from '../../components/figures.tsx'
import { type Heard, rates, usePlayback, usePlayed } from './playback.ts'
import type { Conversation } from './queries.ts'

const stepMs = 10_000
/** Pixels a second; 0 = all of it in the width that there is. */
const zooms = [0, 10, 25, 60, 150]

export function PlayerButtons({
  conversation,
  zoom,
  onZoom,
  hasLanes,
  onLanes,
  isNarrow,
}: {
  conversation: Conversation
  zoom: number
  onZoom: (zoom: number) => void
  hasLanes: boolean
  onLanes: (has: boolean) => void
  isNarrow: boolean
}) {
  const { t } = useTranslation('interaction')
  const playback = usePlayback()
  const canPlay = usePlayed((one) => one.canPlay())
  const isPlaying = usePlayed((one) => one.isPlaying())
  const at = zooms.indexOf(zoom)
  return (
    <Group gap={4} justify="space-between" wrap="wrap">
      <Group gap={4} wrap="nowrap">
        <ActionIcon
          size="lg"
          radius="xl"
          disabled={!canPlay}
          onClick={playback.toggle}
          aria-label={t(isPlaying ? 'player.pause' : 'player.play')}
        >
          {isPlaying ? <IconPlayerPauseFilled size={18} aria-hidden /> : <IconPlayerPlayFilled size={18} aria-hidden />}
        </ActionIcon>
        <Icon
          label={t('player.back')}
          icon={IconRewindBackward10}
          onClick={() => playback.jump(playback.nowMs() - stepMs)}
        />
        <Icon
          label={t('player.forward')}
          icon={IconRewindForward10}
          onClick={() => playback.jump(playback.nowMs() + stepMs)}
        />
        <Clock durationMs={conversation.duration_ms ?? conversation.recording?.duration_ms ?? 0} />
      </Group>
      <Group gap={2} wrap="nowrap">
        {canPlay && conversation.recording?.channel_count === 2 && !isNarrow && <Sides conversation={conversation} />}
        {canPlay && <Rate />}
        {canPlay && !isNarrow && <Volume />}
        {isNarrow ? (
          <Icon
            label={t(hasLanes ? 'player.hideLanes' : 'player.showLanes')}
            icon={IconChartBar}
            isPressed={hasLanes}
            onClick={() => onLanes(!hasLanes)}
          />
        ) : (
          <>
            <Icon
              label={t('player.zoomOut')}
              icon={IconZoomOut}
              isDisabled={at <= 0}
              onClick={() => onZoom(zooms[at - 1] ?? 0)}
            />
            <Icon
              label={t('player.zoomIn')}
              icon={IconZoomIn}
              isDisabled={at === zooms.length - 1}
              onClick={() => onZoom(zooms[at + 1] ?? zoom)}
            />
          </>
        )}
      </Group>
    </Group>
  )
}

function Icon({
  label,
  icon: Sign,
  onClick,
  isDisabled = false,
  isPressed,
}: {
  label: string
  icon: typeof IconZoomIn
  onClick: () => void
  isDisabled?: boolean
  isPressed?: boolean
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        disabled={isDisabled}
        onClick={onClick}
        aria-label={label}
        aria-pressed={isPressed}
        className="player-icon"
      >
        <Sign size={20} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}

function Clock({ durationMs }: { durationMs: number }) {
  const second = usePlayed((one) => Math.floor(one.nowMs() / 1000))
  return (
    <Text size="sm" className="player-clock" px={4}>
      {clock(second)} <Text span size="sm" c="dimmed">{`/ ${clock(durationMs / 1000)}`}</Text>
    </Text>
  )
}

function Rate() {
  const { t } = useTranslation('interaction')
  const { number } = useFormats()
  const playback = usePlayback()
  const rate = usePlayed((one) => one.rate())
  return (
    <Menu position="top">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          w="auto"
          px={6}
          className="player-icon"
          aria-label={t('player.rate', { rate: number(rate, 2) })}
        >
          <Text size="sm" fw={600} component="span">{`${number(rate, 2)}×`}</Text>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('player.rateTitle')}</Menu.Label>
        <Menu.RadioGroup value={String(rate)} onChange={(value) => playback.setRate(Number(value))}>
          {rates.map((one) => (
            <Menu.RadioItem key={one} value={String(one)}>
              {`${number(one, 2)}×`}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}

function Volume() {
  const { t } = useTranslation('interaction')
  const playback = usePlayback()
  const volume = usePlayed((one) => one.volume())
  const isMuted = usePlayed((one) => one.isMuted())
  return (
    <Group gap={4} wrap="nowrap">
      <Icon
        label={t(isMuted ? 'player.unmute' : 'player.mute')}
        icon={isMuted ? IconVolumeOff : IconVolume}
        onClick={playback.mute}
      />
      <Slider
        w={48}
        size="sm"
        label={null}
        thumbLabel={t('player.volume')}
        min={0}
        max={1}
        step={0.05}
        value={isMuted ? 0 : volume}
        onChange={playback.setVolume}
      />
    </Group>
  )
}

function Sides({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const playback = usePlayback()
  const [heard, setHeard] = useState<Heard>('both')
  const nameOf = (channel: number) => {
    const who = conversation.participants.find((one) => one.channel_index === channel)
    return who && who.role !== 'unknown' ? t(`side.${who.role}`) : t('player.channel', { n: channel + 1 })
  }
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('player.hear')}
      value={heard}
      onChange={(value) => {
        setHeard(value as Heard)
        playback.hear(value as Heard)
      }}
      data={[
        { value: 'both', label: t('player.both') },
        { value: 'left', label: nameOf(0) },
        { value: 'right', label: nameOf(1) },
      ]}
    />
  )
}
