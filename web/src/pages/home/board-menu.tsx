// What can be done with the board that is shown, besides looking at it.

import { ActionIcon, Menu } from '@mantine/core'
import { IconCopy, IconDots, IconDownload, IconHome, IconLink, IconPrinter, IconUsers } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { say, sayFailure } from '../../components/actions.tsx'
import { useBoardActs } from './board-acts.ts'
import { boardCsv, download } from './csv.ts'
import { useGroupLabels } from './group-labels.ts'
import { inOrder } from './layout.ts'
import type { Board, Figures } from './queries.ts'
import { type View, writtenPeriod } from './view.ts'

const columns = [
  ...(['widget', 'group', 'group2', 'metric', 'value', 'unit', 'previous'] as const),
  ...(['n', 'excluded', 'reason', 'from', 'to'] as const),
]

export function BoardMenu({ board, view, figures }: { board: Board; view: View; figures: Figures | undefined }) {
  const { t } = useTranslation('home')
  const acts = useBoardActs()
  const labels = useGroupLabels()
  const isShared = board.sharing !== 'private'
  const share = () =>
    acts.change.mutate(
      { id: board.id, revision: board.revision, body: { sharing: isShared ? 'private' : 'organisation' } },
      { onSuccess: () => say(t(isShared ? 'menu.unshared' : 'menu.shared')), onError: sayFailure },
    )
  const copyLink = async () => {
    const address = new URL(location.href)
    address.search = new URLSearchParams({
      board: board.id,
      period: writtenPeriod(view.period),
      compare: view.compare ? 'yes' : 'no',
      ...(view.filters as Record<string, string>),
    }).toString()
    await navigator.clipboard.writeText(address.toString())
    say(t(isShared || board.kind === 'default' ? 'menu.linkCopied' : 'menu.linkCopiedPrivate'))
  }
  const exportCsv = () => {
    if (!figures) return
    const heads = columns.map((name) => t(`csv.${name}`))
    download(board.name, boardCsv(inOrder(board.widgets), figures, { labels, heads }))
  }
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('menu.title')}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLink size={16} aria-hidden />} onClick={() => void copyLink()}>
          {t('menu.copyLink')}
        </Menu.Item>
        {board.kind !== 'default' && (
          <Menu.Item
            leftSection={<IconUsers size={16} aria-hidden />}
            disabled={!board.may_change}
            title={board.may_change ? undefined : t('menu.notYours')}
            onClick={share}
          >
            {t(isShared ? 'menu.unshare' : 'menu.share')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconHome size={16} aria-hidden />}
          disabled={board.is_home}
          onClick={() => acts.home.mutate(board.id, { onSuccess: () => say(t('menu.isHome', { name: board.name })) })}
        >
          {t(board.is_home ? 'boards.isHome' : 'menu.makeHome')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={() =>
            acts.copy.mutate({ id: board.id, name: t('boards.copyName', { name: board.name }), isEdited: true })
          }
        >
          {t('menu.copy')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} disabled={!figures} onClick={exportCsv}>
          {t('menu.csv')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPrinter size={16} aria-hidden />}
          onClick={() => setTimeout(() => window.print(), 50)}
        >
          {t('menu.print')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
