import type { MigrationInterface } from 'typeorm';

/**
 * Changes nothing: a database that has it computes ids of records so that neighbours in a source have neighbouring
 * ids. `migrate` refuses one with records from before.
 */
export class NearIds1767225614000 implements MigrationInterface {
  readonly name = 'NearIds1767225614000';

  async up(): Promise<void> {
    // Nothing to do.
  }

  async down(): Promise<void> {
    // Nothing to undo.
  }
}
