class RateBooks < ActiveRecord::Migration[6.1]
  def change
    add_column :books, :rating, :integer, null: false, default: 3
    add_index :books, [:author_id, :rating]
  end
end
