import { DownloadSimpleIcon } from '@phosphor-icons/react/DownloadSimple'
import { UploadSimpleIcon } from '@phosphor-icons/react/UploadSimple'
import { useMutation } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { exportOrganization } from '@/features/settings/queries/export-organization'
import { errorLine } from '@/lib/errors'
import { useActiveOrganization } from '@/lib/organizations'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { saveFile } from '@/ui/save-file'
import { toast } from '@/ui/toaster'

/** Its content as a file, out and in. */
export function CopyCard() {
  const organization = useActiveOrganization()
  const isAdmin = useHasRole('admin')
  const save = useMutation({
    mutationFn: exportOrganization,
    onSuccess: (text) => {
      saveFile(`${organization?.slug ?? 'organization'}-${new Date().toISOString().slice(0, 10)}.json`, 'application/json', [text])
      toast.success('The export is among your downloads')
    },
    onError: (error) => toast.error(errorLine(error)),
  })
  return (
    <Card title="Export and import">
      <p className="text-ink-2">
        An export is one JSON file with the content types, content, sites, mappings and schedules. People, secrets, keys and history stay out of it: those are in a backup.
      </p>
      <p className="mt-2 text-ink-2">An import makes a new organization of such a file and changes nothing here. Its sites come disabled and its schedules paused, so that nothing is sent from a copy by itself.</p>
      <div className="mt-4 flex flex-wrap gap-2">
        {isAdmin && (
          // The file is named after the organization, so that is known first.
          <Button icon={<DownloadSimpleIcon aria-hidden />} busy={save.isPending} disabled={organization === undefined} onClick={() => save.mutate()}>
            Export as JSON
          </Button>
        )}
        <Button asChild>
          <Link to={`${paths.onboarding.getHref()}?import`}>
            <UploadSimpleIcon aria-hidden />
            Import a file
          </Link>
        </Button>
      </div>
    </Card>
  )
}
