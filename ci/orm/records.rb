# frozen_string_literal: true

# A program on ActiveRecord, the mapper of Rails, with a column of each type. `ruby records.rb VERB DATABASE` with a URL of SQLAlchemy's:
# make (its tables, by its migrations), fill, show (all that it reads and finds), use (it goes on: new rows, refusals, the next migration).

require "active_record"
require "uri"

class Author < ActiveRecord::Base
  has_many :books
end

class Book < ActiveRecord::Base
  belongs_to :author
  serialize :options, JSON
end

def connect(url)
  kind, place = url.split("://", 2)
  return ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: place.delete_prefix("/")) if kind == "sqlite"

  user, database, host = place.match(%r{\A(.*)@/(.*)\?host=(.*)\z}).captures
  ActiveRecord::Base.establish_connection(adapter: "postgresql", username: user, database: database, host: host)
end

def migrate(version)
  ActiveRecord::MigrationContext.new(File.join(__dir__, "records"), ActiveRecord::SchemaMigration).migrate(version)
end

def fill
  authors = %w[Ada Émile].map { |name| Author.create!(name: name) }
  start = Time.utc(1969, 12, 31, 23, 59, 59)
  (1..40).each do |n|
    Book.create!(
      author: authors[n % 2], title: n % 5 == 0 ? nil : "Book #{n} é\u{1F600}", price: BigDecimal(n * n, 8) / 100, weight: n / 7.0,
      count: n % 3 == 0 ? nil : n * 10**15, is_new: n.even?, day: Date.new(1900 + n, 2, 28), opens: Time.utc(2000, 1, 1, n % 24, n, n, n % 4 * 250_000),
      sold_at: n % 4 == 0 ? nil : start + n * 86_400, seen_at: start + Rational(n, 8), cover: n.even? ? "\0\xFF#{n}".b : nil,
      tags: n.odd? ? { "n" => n, "all" => [1, nil, "x"] } : nil, options: { "kept" => n }
    )
  end
end

def show
  Book.order(:id).each do |book|
    puts book.attributes.except("created_at", "updated_at").map { |name, value| "#{name}=#{text(value)}" }.join(" ")
    found = %i[sold_at seen_at opens day price title].map { |name| Book.where(name => book[name]).pluck(:id).include?(book.id) }
    puts "found #{found} until #{Book.where('sold_at <= ?', book.sold_at).count} of #{book.author.name}"
  end
  puts "new #{Book.where(is_new: true).count}, dear #{Book.where('price > 5').count}, earliest #{text(Book.minimum(:opens))}"
end

def text(value)
  case value
  when Time then value.utc.strftime("%F %T.%N")
  when BigDecimal then value.to_s("F")
  when String then value.b.unpack1("H*")
  else value.inspect
  end
end

def use
  first = Book.find(1)
  book = Book.create!(author: first.author, title: "next", opens: Time.utc(2000, 1, 1, 8), sold_at: Time.utc(2026, 1, 2, 3, 4, 5))
  puts "next #{book.id} #{Book.where(opens: book.opens, sold_at: book.sold_at).count}"
  # PostgreSQL's counters go on after what was refused, too.
  attempt("twice") { Book.create!(author: first.author, sold_at: first.sold_at) }
  attempt("orphan") { Book.new(author_id: 99, title: "of nobody").save!(validate: false) }
  migrate(2)
  Book.reset_column_information
  puts Book.order(:id).map { |one| "#{one.id}:#{one.rating}" }.join(" ")
  Book.find(2).destroy!
  puts Book.count
end

def attempt(what)
  Book.transaction(requires_new: true) { yield }
  puts "#{what}: taken"
rescue ActiveRecord::RecordNotUnique, ActiveRecord::RecordInvalid, ActiveRecord::InvalidForeignKey => error
  puts "#{what}: #{error.class}"
end

verb, url = ARGV
ActiveRecord::Base.default_timezone = :utc
ActiveRecord::Migration.verbose = false
connect(url)
case verb
when "make" then migrate(1)
when "fill" then fill
when "show" then show
when "use" then use
else abort "usage: ruby records.rb make|fill|show|use DATABASE"
end
