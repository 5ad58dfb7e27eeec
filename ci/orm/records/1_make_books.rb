class MakeBooks < ActiveRecord::Migration[6.1]
  def change
    create_table(:authors) { |t| t.string :name, null: false }
    create_table :books do |t|
      t.references :author, null: false, foreign_key: true
      t.string :title, limit: 40
      t.decimal :price, precision: 8, scale: 2
      t.float :weight
      t.bigint :count
      t.boolean :is_new, null: false, default: true
      t.date :day
      t.time :opens
      t.datetime :sold_at
      t.datetime :seen_at, precision: 6
      t.binary :cover
      t.json :tags
      t.text :options
      t.timestamps
      t.index :sold_at, unique: true
      t.index :title, unique: true, where: "count IS NOT NULL"
    end
  end
end
