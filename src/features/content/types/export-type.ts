import { writeTypeDocument, type TypeDocument } from '@core/type-document'
import { saveFile } from '@/ui/save-file'

export function exportType({ name, title, description, schema, example }: TypeDocument): void {
  saveFile(`${name}.content-type.json`, 'application/json', [writeTypeDocument({ name, title, description, schema, example })])
}
